import { problem } from "@granary/protocol";
import type { LakeTransaction, TableRef } from "../catalog/index.ts";
import type { ContentFile, IcebergSchema, TableMetadata } from "../iceberg/index.ts";
import { schemaOf } from "../iceberg/index.ts";
import { evolveSchema, type SchemaChange } from "../schema/index.ts";
import { headOf } from "../table/index.ts";
import { commitMetadata, lockExisting } from "./change-metadata.ts";
import type { CommitParts } from "./commit-parts.ts";
import type { Committed } from "./published.ts";

export interface SchemaChangesInput {
  /** Carried out in order, as one change. */
  readonly changes: readonly SchemaChange[];
  /** Refuses with `lake.commit_conflict` unless these are still the table's columns. */
  readonly baseSchemaId?: number;
}

export interface EvolvedSchema extends Committed {
  readonly schema: IcebergSchema;
}

const isRequiring = (change: SchemaChange): boolean => (change.kind === "require" || change.kind === "add") && change.required === true;

/** Files of every branch: a column may not be empty in any of them. */
async function dataFiles(parts: CommitParts, tx: LakeTransaction, metadata: TableMetadata): Promise<readonly ContentFile[]> {
  const branches = Object.entries(metadata.refs ?? {}).filter(([, ref]) => ref.type === "branch");
  const heads = new Set(["main", ...branches.map(([name]) => name)].map((name) => headOf(metadata, name)));
  const files = new Map<string, ContentFile>();
  for (const head of heads) {
    if (head === undefined) continue;
    for (const { file } of await parts.store.liveEntries(tx, head)) if (file.content === "data") files.set(file.uri, file);
  }
  return [...files.values()];
}

const isAlwaysFilled = (files: readonly ContentFile[], fieldId: number): boolean =>
  files.every((file) => file.records === 0 || file.columns.find((column) => column.fieldId === fieldId)?.nulls === 0);

/** What the files' own counts prove. Where they prove nothing the change is refused with the reason. */
function withProof(change: SchemaChange, files: readonly ContentFile[]): SchemaChange {
  if (!isRequiring(change)) return change;
  if (change.kind === "require" && isAlwaysFilled(files, change.fieldId)) return { ...change, isChecked: true };
  if (change.kind === "add" && files.length === 0) return { ...change, isChecked: true };
  return change;
}

/** Changes a table's columns. Throws `lake.schema_change_invalid`, which names the column and what to do. */
export async function evolveColumns(parts: CommitParts, tx: LakeTransaction, ref: TableRef, input: SchemaChangesInput): Promise<EvolvedSchema> {
  const base = await lockExisting(parts, tx, ref);
  if (input.baseSchemaId !== undefined && input.baseSchemaId !== base.metadata["current-schema-id"]) throw problem("lake.commit_conflict");
  const files = input.changes.some(isRequiring) ? await dataFiles(parts, tx, base.metadata) : [];
  const metadata = evolveSchema(
    base.metadata,
    input.changes.map((change) => withProof(change, files)),
  );
  return { ...(await commitMetadata(parts, tx, ref, { base, metadata })), schema: schemaOf(metadata) };
}
