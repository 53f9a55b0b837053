import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Change, ChangeSet, ChangesRequest, IcebergField, OpenTable, Proposal, ProposeFileInput, ProposeRowsInput } from "@granary/lake";
import { everything, type TestLake } from "./lake.ts";
import { type Cell, rowsFor, schemaOf } from "./rows.ts";

let counter = 0;

export interface Beds {
  readonly table: (fields: readonly IcebergField[], rows: readonly (readonly Cell[])[]) => Promise<OpenTable>;
  readonly file: (content: string | Uint8Array, name?: string) => string;
  readonly propose: (from: OpenTable, content: string | Uint8Array, input?: Partial<ProposeFileInput> & { readonly name?: string }) => Promise<Proposal>;
  readonly edit: (from: OpenTable, input: Partial<ProposeRowsInput> & Pick<ProposeRowsInput, "rows">) => Promise<Proposal>;
  readonly changes: (changeSet: ChangeSet, table: OpenTable, request?: Partial<ChangesRequest>) => Promise<readonly Change[]>;
}

/** What tests of proposals do: make tables and files, propose, and read what came of it. The first column is the key. */
export function proposalBed(bed: () => TestLake): Beds {
  const file: Beds["file"] = (content, name = "file.csv") => {
    counter += 1;
    const path = join(bed().dir, `${counter}-${name}`);
    writeFileSync(path, content);
    return path;
  };
  return {
    table: async (fields, rows) => {
      counter += 1;
      const tableName = `t_${counter}`;
      const { lake, workspaceId } = bed();
      const schema = schemaOf(fields);
      const source = rowsFor(
        schema,
        fields.map(({ name }) => name),
        rows,
      );
      await bed().publish(await lake.stageCreate({ workspaceId, tableName, schema, source }));
      return bed().open(tableName);
    },
    file,
    propose: (from, content, { name, ...input } = {}) =>
      bed().lake.proposeFile({ from, plan: everything(from), keys: [from.columns[0]?.fieldId ?? 1], path: file(content, name), missing: "removed", ...input }),
    edit: (from, input) => bed().lake.proposeRows({ from, plan: everything(from), keys: [from.columns[0]?.fieldId ?? 1], ...input }),
    changes: async (changeSet, table, request = {}) => (await bed().lake.changes(changeSet, { plan: everything(table), limit: 1000, ...request })).changes,
  };
}

/** A delimited file; nulls are empty fields, empty texts quoted ones. */
export const csv = (rows: readonly (readonly Cell[])[], delimiter = ","): string =>
  rows.map((row) => `${row.map((cell) => (cell === null ? "" : quoted(String(cell), delimiter))).join(delimiter)}\n`).join("");

const quoted = (text: string, delimiter: string): string =>
  text === "" || /["\r\n]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
