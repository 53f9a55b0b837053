import { AppError } from "@granary/kernel";
import { expect, it } from "vitest";
import { errorForLog, problem } from "./index.ts";

it("keeps nothing that people are told of their own data, their causes and issues included", () => {
  const error = problem("request.invalid", { reason: "secret value" }, { issues: [{ path: "a", message: "secret value" }], cause: new Error("secret value") });
  const logged = errorForLog(error);
  expect(logged).toMatchObject({ type: "AppError", code: "request.invalid", stack: expect.stringContaining("error-for-log.test") });
  expect(JSON.stringify(logged)).not.toContain("secret value");
});

it("keeps the message of a fault and of what caused it", () => {
  const fault = new AppError("internal.unexpected", "something broke", { cause: new Error("the disk is gone") });
  expect(errorForLog(fault)).toMatchObject({ message: "something broke", cause: { message: "the disk is gone" } });
});

it("leaves out what a driver adds, such as the values of a row", () => {
  const error = Object.assign(new Error("duplicate key"), { code: "23505", detail: "Key (email)=(a@example.com) already exists." });
  expect(errorForLog(error)).toMatchObject({ code: "23505", message: "duplicate key" });
  expect(JSON.stringify(errorForLog(error))).not.toContain("a@example.com");
});

it("hands on what is no error", () => expect(errorForLog("text")).toBe("text"));
