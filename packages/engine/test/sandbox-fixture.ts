import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { call, column, compare, type Engine, literal, type Query, type Relation, type SandboxLimits, type SandboxQuery } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import type { Attack } from "./attacks/attack.ts";

/** Stands in every value, path and setting that no query may ever answer. */
export const CANARY = "canary";

/**
 * Tables as a caller would give them: `people` masked and filtered, `salaries` the same and only when it is asked for, and
 * `members`, whose hidden rows no statistics of the file tell apart: some by a function, some because they were deleted.
 */
export interface Fixture {
  readonly people: string;
  readonly salaries: string;
  readonly relations: SandboxQuery["relations"];
  readonly files: readonly string[];
}

const text = (value: string) => literal(value);

export async function writeFixture(engine: Engine, dir: string): Promise<Fixture> {
  const folder = join(dir, `${CANARY}-warehouse`);
  mkdirSync(folder, { recursive: true });
  const [people, salaries] = [join(folder, "people.parquet"), join(folder, "salaries.parquet")];
  writeFileSync(join(folder, "beside.txt"), `${CANARY} beside`);
  const rows = [
    [literal(1), text(`1${CANARY}@example.org`), text("DE")],
    [literal(2), text(`2${CANARY}@example.org`), text("DE")],
    [literal(3), text(`3${CANARY}@example.org`), text("FR")],
    [literal(4), text(`4${CANARY}@example.org`), text("FR")],
  ];
  const columns = [
    { name: "id", type: { kind: "bigint" } },
    { name: "raw_email", type: { kind: "text" } },
    { name: "country", type: { kind: "text" } },
  ] as const;
  const table: Query = { kind: "select", items: columns.map(({ name }) => ({ expression: column(name), as: name })), from: { kind: "values", columns, rows } };
  await engine.use({ kind: "job" }, async (session) => {
    for (const path of [people, salaries]) {
      await session.run({ kind: "copy", query: table, path, format: { kind: "parquet", rowGroupRows: 1000, compression: "zstd" } });
    }
  });
  const relations = { people: masked(people), salaries: masked(salaries), members: membersOf(people) };
  return { people, salaries, relations, files: [people, salaries] };
}

const masked = (path: string): Query => ({
  kind: "select",
  items: [
    { expression: column("id"), as: "id" },
    { expression: call("sha256", column("raw_email")), as: "email" },
    { expression: column("country"), as: "country" },
  ],
  from: { kind: "parquetFiles", paths: [path] },
  where: compare(column("country"), "=", literal("DE")),
});

const rowsOfFile = (path: string): Relation => ({ kind: "parquetFiles", paths: [path], rowPositionAs: "place" });

/** The second row is left: the first was deleted, the others are filtered away. Their values are as they were stored. */
const membersOf = (path: string): Query => {
  const deleted: Query = {
    kind: "select",
    items: [{ expression: column("position"), as: "deleted" }],
    from: { kind: "sequence", length: 1 },
  };
  return {
    kind: "select",
    items: ["id", "raw_email", "country"].map((name) => ({ expression: column(name), as: name === "raw_email" ? "email" : name })),
    from: {
      kind: "join",
      join: "anti",
      left: rowsOfFile(path),
      right: { kind: "query", query: deleted },
      on: compare(column("place"), "=", column("deleted")),
    },
    where: compare(call("lower", column("country")), "=", literal("de")),
  };
};

/** What a person would see of a query: the rows, or the error, or the plan. */
export interface Seen {
  readonly code: string;
  /** Everything that left the engine, as text. */
  readonly everything: string;
  readonly rows: string;
  readonly truncated: "rows" | "bytes" | undefined;
}

const MAX_ROWS_SEEN = 5000;

export async function see(engine: Engine, query: SandboxQuery): Promise<Seen> {
  try {
    await using result = await engine.sandbox(query);
    const rows: unknown[] = [];
    for await (const batch of result.batches) {
      if (rows.length < MAX_ROWS_SEEN) rows.push(...batch);
    }
    const shown = JSON.stringify(rows);
    return { code: "", rows: shown, everything: shown + JSON.stringify(result.columns) + JSON.stringify(result.plan ?? []), truncated: result.truncated };
  } catch (error) {
    if (!isAppError(error)) throw error;
    return { code: error.code, rows: "", everything: `${error.message} ${JSON.stringify(error.params)}`, truncated: undefined };
  }
}

/** Tries an attack over `people` and `members`. */
export async function attempt(engine: Engine, fixture: Fixture, attack: Attack, limits: SandboxLimits = {}): Promise<Seen> {
  const needsSalaries = attack.sql.includes("salaries ");
  const { people, members } = fixture.relations as { readonly people: Query; readonly members: Query };
  return see(engine, {
    sql: attack.sql,
    relations: needsSalaries ? fixture.relations : { people, members },
    files: needsSalaries ? fixture.files : [fixture.people],
    explain: attack.explain === true,
    parameters: attack.parameters ?? {},
    limits: { maxRows: 3000, ...(attack.deadlineMs === undefined ? {} : { deadlineMs: attack.deadlineMs }), ...limits },
  });
}

const HIDDEN = [CANARY, "raw_email", "root:x:", "granary_relation", "granary_cte", "read_parquet", "example.org", "'FR'", "sha256"];

function wrongEnd(seen: Seen, attack: Attack): string {
  if (seen.code === "" && attack.orHarmless === true) return "";
  const wanted = attack.refusals.length === 0 ? [""] : attack.refusals;
  if (!wanted.includes(seen.code)) return `ended with "${seen.code}" instead of "${wanted.join('" or "')}": ${seen.everything.slice(0, 500)}`;
  return attack.rows === undefined || attack.rows === seen.rows ? "" : `answered ${seen.rows.slice(0, 500)} instead of ${attack.rows}`;
}

/** What went wrong with an attempt; empty when it was harmless. What a person wrote may come back, what is hidden in no form. */
export function faultOf(seen: Seen, attack: Attack, dir: string): string {
  const shown = [...HIDDEN, dir].filter((text) => !attack.sql.includes(text) && seen.everything.includes(text));
  return shown.length > 0 ? `${shown.join(", ")} came out: ${seen.everything.slice(0, 500)}` : wrongEnd(seen, attack);
}
