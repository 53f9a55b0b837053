import type { ChangeRules } from "@granary/protocol";
import { expect, it } from "vitest";
import { rulesText } from "./rules-words.ts";

const PLAIN = {
  approvals: 1,
  groupId: null,
  owners: [],
  extraOnDeletes: false,
  extraAboveShare: null,
  autoApproveBelow: null,
  strictness: "cell",
  columnGroups: [],
  comparisons: [],
} as unknown as ChangeRules;
const name = (id: string) => `the group ${id}`;

it("says who has to approve and what counts as a conflict", () =>
  expect(rulesText(PLAIN, name)).toEqual(["1 approval by anybody who may review; never by who proposed it.", "Two edits of the same cell are a conflict."]));

it("names groups, owners and limits", () => {
  const rules = {
    ...PLAIN,
    approvals: 2,
    groupId: "g1",
    owners: [{ columns: ["iban"], tag: "pii", groupId: "g2" }],
    extraOnDeletes: true,
    extraAboveShare: 0.025,
    autoApproveBelow: 10,
  } as unknown as ChangeRules;
  expect(rulesText(rules, name).slice(0, 5)).toEqual([
    "2 approvals by members of the group g1; never by who proposed it.",
    "Changes of iban, columns tagged pii need the group g2.",
    "One more approval when rows are deleted.",
    "One more approval when more than 2.5 % of the rows change.",
    "Requests of fewer than 10 rows without deletes need none.",
  ]);
});
