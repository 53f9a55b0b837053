import { JOB_NAMES } from "@granary/protocol";
import { expect, it } from "vitest";
import { jobHandlers } from "./handlers.ts";

it("has exactly one handler for every job of the protocol", () => {
  expect(Object.keys(jobHandlers()).sort()).toEqual([...JOB_NAMES].sort());
});
