import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { cast, column, type EngineSession, literal, type Query, type Relation, type SqlType } from "@granary/engine";
import type { GraphColumn } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { relationName, sqlTypeOf } from "../../graph-queries/index.ts";

const TEXT: SqlType = { kind: "text" };
const FORMAT = { kind: "parquet", rowGroupRows: 20_000, compression: "zstd" } as const;

/** Columns of a relation by their names. */
export const selectColumns = (columns: readonly Pick<GraphColumn, "name">[], from: Relation) => ({
  kind: "select" as const,
  items: columns.map(({ name }) => ({ expression: column(name), as: name })),
  from,
});

/** Texts as rows of their columns' types; fails where one is none. */
export const rowsQuery = (columns: readonly GraphColumn[], rows: readonly (readonly (string | null)[])[]): Query =>
  selectColumns(columns, {
    kind: "values",
    columns: columns.map(({ name, type }) => ({ name, type: sqlTypeOf(type) })),
    rows: rows.map((row) => columns.map(({ type }, index) => cast(literal(row[index] ?? null), sqlTypeOf(type)))),
  });

/** The outputs of nodes of one sample, as files in a folder that is gone with it. */
export class SampleFiles implements AsyncDisposable {
  readonly #ctx: Ctx;
  readonly #folder: string;
  readonly #outputs = new Map<string, { readonly path: string; readonly columns: readonly GraphColumn[] }>();

  private constructor(ctx: Ctx, folder: string) {
    this.#ctx = ctx;
    this.#folder = folder;
  }

  static async open(ctx: Ctx): Promise<SampleFiles> {
    const parent = join(ctx.services.config.dataDir, "tmp");
    await mkdir(parent, { recursive: true, mode: 0o700 });
    return new SampleFiles(ctx, await mkdtemp(join(parent, "sample-")));
  }

  /** A path for a file of this sample. */
  path(name: string): string {
    return join(this.#folder, name);
  }

  has(node: string, port: string): boolean {
    return this.#outputs.has(relationName(node, port));
  }

  /** Notes a file that is there already. */
  note(node: string, port: string, columns: readonly GraphColumn[], path: string): void {
    this.#outputs.set(relationName(node, port), { path, columns });
  }

  /** Keeps the rows of a query as what comes out of a port. */
  async keep(node: string, port: string, columns: readonly GraphColumn[], query: Query): Promise<void> {
    const path = this.path(`${node}.${port}.parquet`);
    await this.use((session) => session.run({ kind: "copy", query, path, format: FORMAT }));
    this.note(node, port, columns, path);
  }

  pathOf(node: string, port: string): string {
    const kept = this.#outputs.get(relationName(node, port));
    if (kept === undefined) throw new Error(`${node} has no rows at ${port}`);
    return kept.path;
  }

  columnsOf(node: string, port: string): readonly GraphColumn[] {
    return this.#outputs.get(relationName(node, port))?.columns ?? [];
  }

  relation(node: string, port: string): Relation {
    return { kind: "parquetFiles", paths: [this.pathOf(node, port)] };
  }

  use<T>(work: (session: EngineSession) => Promise<T>): Promise<T> {
    return this.#ctx.services.engine.use({ kind: "read", signal: this.#ctx.signal }, work);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A column as text for people. */
export const textOf = (name: string) => cast(column(name), TEXT);
