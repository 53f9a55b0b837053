import { JOB_NAMES } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { defineJobHandlers, type JobHandlerGroup } from "./define-job-handlers.ts";

const handler = async () => undefined;
const complete = Object.fromEntries(JOB_NAMES.map((name) => [name, handler])) as JobHandlerGroup<unknown>;

describe("defineJobHandlers", () => {
  it("puts the groups together", () => {
    expect(Object.keys(defineJobHandlers([complete])).sort()).toEqual([...JOB_NAMES].sort());
  });

  it("refuses a name without a handler", () => {
    const { "mail.send": _, ...rest } = complete;
    expect(() => defineJobHandlers([rest])).toThrow("mail.send has no handler");
  });

  it("refuses a handler without a name and a name with two handlers", () => {
    expect(() => defineJobHandlers([complete, { "no.such": handler } as never])).toThrow("no.such is not a job of the protocol");
    expect(() => defineJobHandlers([complete, { "mail.send": handler }])).toThrow("mail.send has two handlers");
  });
});
