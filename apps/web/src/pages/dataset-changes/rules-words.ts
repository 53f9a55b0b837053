import type { ChangeRules, MergeStrictness } from "@granary/protocol";

export const STRICTNESS = {
  cell: { label: "Cells", text: "Two edits of the same cell are a conflict." },
  row: { label: "Rows", text: "Any two edits of the same row are a conflict." },
  groups: { label: "Groups of columns", text: "Edits within one group of columns of a row are a conflict." },
  table: { label: "Whole dataset", text: "Any change since then is a conflict." },
} as const satisfies Record<MergeStrictness, { readonly label: string; readonly text: string }>;

/** The rules as sentences, in the order a reader asks for them. */
export function rulesText(rules: ChangeRules, groupName: (id: string) => string): readonly string[] {
  const { approvals, groupId, owners, extraOnDeletes, extraAboveShare, autoApproveBelow, strictness, comparisons } = rules;
  const by = groupId === null ? "by anybody who may review" : `by members of ${groupName(groupId)}`;
  const needed = approvals === 0 ? "No approval is needed." : `${approvals} ${approvals === 1 ? "approval" : "approvals"} ${by}; never by who proposed it.`;
  return [
    needed,
    ...owners.map(
      ({ columns, tag, groupId: id }) => `Changes of ${[...columns, ...(tag === null ? [] : [`columns tagged ${tag}`])].join(", ")} need ${groupName(id)}.`,
    ),
    ...(extraOnDeletes ? ["One more approval when rows are deleted."] : []),
    ...(extraAboveShare === null ? [] : [`One more approval when more than ${Math.round(extraAboveShare * 1_000) / 10} % of the rows change.`]),
    ...(autoApproveBelow === null ? [] : [`Requests of fewer than ${autoApproveBelow} rows without deletes need none.`]),
    STRICTNESS[strictness].text,
    ...(comparisons.length === 0
      ? []
      : [`${comparisons.map(({ column }) => column).join(", ")} ${comparisons.length === 1 ? "is" : "are"} compared by rules of their own.`]),
  ];
}
