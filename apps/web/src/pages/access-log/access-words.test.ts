import type { AccessLogEntry } from "@granary/protocol";
import { expect, test } from "vitest";
import { accessText, columnsText } from "./access-words.ts";

const entry = (over: Partial<AccessLogEntry>): AccessLogEntry =>
  ({ action: "rows", stage: "whole", dataset: null, version: null, columns: [], ...over }) as AccessLogEntry;
const column = (name: string, masked = false) => ({ fieldId: 1, name, masked });

test("says what was done with which version of what", () => {
  const dataset = { id: "ds_1" as never, name: "Patients" };
  expect(accessText(entry({ dataset, version: 3 }))).toBe("Rows of Patients, version 3");
  expect(accessText(entry({ action: "download", stage: "begin", dataset }))).toBe("Download of Patients, begun");
  expect(accessText(entry({ action: "open", dataset }))).toBe("Attempt to open Patients");
  expect(accessText(entry({ action: "request" }))).toBe("Request without permission");
});

test("names some columns, says which were masked, and counts the rest", () => {
  expect(columnsText([])).toBe("");
  expect(columnsText([column("id"), column("email", true)])).toBe("id, email (masked)");
  expect(columnsText(["a", "b", "c", "d", "e"].map((name) => column(name)))).toBe("a, b, c and 2 more");
});
