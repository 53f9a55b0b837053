import { createHash } from "node:crypto";
import type { ChangeSet } from "@granary/lake";
import type { SchemaDocument } from "@granary/protocol";

interface Proposed {
  readonly schemaVersion: number;
  readonly rulesVersion: number;
  /** The changed rows, or the columns as they are to be. */
  readonly what: ChangeSet | SchemaDocument;
}

/** What approvals are bound to: the same for the same proposal, whatever others do to the dataset. */
export function digestOf({ schemaVersion, rulesVersion, what }: Proposed): string {
  const content = "columns" in what && "granarySchema" in what ? what : [what.keys, what.file?.sha256 ?? null];
  return createHash("sha256")
    .update(JSON.stringify([schemaVersion, rulesVersion, content]))
    .digest("hex");
}
