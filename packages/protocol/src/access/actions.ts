interface ActionSpec {
  readonly kind: "read" | "write" | "refusal";
  readonly title: string;
}

/** What the access log knows to be done with data, by name. */
export const ACCESS_ACTIONS = {
  rows: { kind: "read", title: "Rows" },
  row: { kind: "read", title: "One row" },
  count: { kind: "read", title: "Number of rows" },
  statistics: { kind: "read", title: "Statistics" },
  compare: { kind: "read", title: "Comparison of versions" },
  review: { kind: "read", title: "Proposed changes" },
  propose: { kind: "read", title: "Comparison of proposed rows" },
  history: { kind: "read", title: "History of a row" },
  download: { kind: "read", title: "Download" },
  export: { kind: "read", title: "Writing of a file" },
  sql: { kind: "read", title: "SQL query" },
  sql_result: { kind: "read", title: "Result of a SQL query" },
  explain: { kind: "read", title: "Plan of a SQL query" },
  pipeline: { kind: "read", title: "Run of a pipeline" },
  rejects: { kind: "read", title: "Rejected records" },
  schema_check: { kind: "read", title: "Check of rows against columns" },
  load: { kind: "write", title: "Load" },
  batch_delete: { kind: "write", title: "Deletion of a load" },
  batch_restore: { kind: "write", title: "Return of a deleted load" },
  restore: { kind: "write", title: "Return to an older version" },
  merge: { kind: "write", title: "Merge of a change request" },
  publish: { kind: "write", title: "Publishing by a pipeline" },
  schema_change: { kind: "write", title: "Change of columns" },
  open: { kind: "refusal", title: "Attempt to open" },
  request: { kind: "refusal", title: "Request without permission" },
} as const satisfies Record<string, ActionSpec>;

export type AccessAction = keyof typeof ACCESS_ACTIONS;

export const ACCESS_ACTION_NAMES = Object.keys(ACCESS_ACTIONS) as [AccessAction, ...AccessAction[]];
