import { DuckDBInstance } from "@duckdb/node-api";
import { FUNCTIONS, type FunctionName, type FunctionShape } from "@granary/engine";
import { beforeAll, describe, expect, it } from "vitest";
import { DUCKDB_FUNCTIONS } from "../src/sql/duckdb/functions.ts";

const names = (text: string): readonly string[] => text.trim().split(/\s+/);

/** The engine's functions that answer something else at each call, or do more than answer, and what keeps them off the list. */
const EXCLUDED: Readonly<Record<string, readonly string[]>> = {
  "reads what is not given to it": names(
    "getvariable current_setting current_query current_schemas current_schema current_database in_search_path currval stats",
  ),
  "tells about the process": names("current_connection_id current_transaction_id current_query_id txid_current"),
  "does more than answer": names("nextval setseed write_log sleep_ms error"),
  "answers differently each time, so that no result could be checked": names("random uuid uuidv4 uuidv7 gen_random_uuid"),
  "is another name of now": names("transaction_timestamp get_current_timestamp get_current_time current_date"),
  "runs SQL or takes it apart": names("query query_table json_execute_serialized_sql json_serialize_sql json_deserialize_sql json_serialize_plan"),
  "reads or writes files": names(
    "read_text read_blob read_csv read_csv_auto read_json read_json_auto read_json_objects read_ndjson read_ndjson_objects read_duckdb read_parquet parquet_scan glob sniff_csv parquet_kv_metadata",
  ),
  "changes the whole engine": names("enable_logging disable_logging enable_profiling disable_profiling checkpoint force_checkpoint truncate_duckdb_logs"),
  "crashes on deep JSON": names("json_structure"),
  "makes texts or lists of any size": names("range generate_series format printf bar list_resize"),
  "cannot be interrupted on long texts": names("hamming damerau_levenshtein jaccard jaro_similarity"),
};

/** These two are called for short texts alone. */
const GUARDED = names("levenshtein jaro_winkler_similarity");

interface EngineFunction {
  readonly kinds: readonly string[];
  readonly stabilities: readonly string[];
}

const found = new Map<string, EngineFunction>();

beforeAll(async () => {
  const instance = await DuckDBInstance.create(":memory:");
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    "SELECT function_name, list(DISTINCT function_type), list(DISTINCT stability) FROM duckdb_functions() GROUP BY function_name",
  );
  for (const [name, kinds, stabilities] of reader.getRowsJson() as unknown as readonly (readonly [string, string[], string[]])[])
    found.set(name, { kinds, stabilities });
  connection.closeSync();
  instance.closeSync();
});

const spelled = (name: FunctionName): readonly string[] => {
  const spelling = DUCKDB_FUNCTIONS[name];
  return typeof spelling === "string" ? [spelling] : spelling.uses;
};

/** Window functions have a grammar of their own: the engine's list does not name all of them. */
const KINDS: { readonly [K in FunctionShape["use"]]: readonly string[] } = {
  scalar: ["scalar", "macro"],
  aggregate: ["aggregate", "macro"],
  window: ["scalar", "aggregate", "macro", "window"],
};

const namesOfKind = (use: FunctionShape["use"]): readonly string[] =>
  (Object.keys(FUNCTIONS) as FunctionName[]).filter((name) => FUNCTIONS[name].use === use).flatMap(spelled);

describe("the list of functions against the installed engine", () => {
  it("reads the engine's list at all", () => {
    expect(found.size).toBeGreaterThan(500);
  });

  it.each(["scalar", "aggregate", "window"] as const)("names only functions the engine has as such: %s", (use) => {
    const missing = namesOfKind(use).filter((name) => found.get(name)?.kinds.some((kind) => KINDS[use].includes(kind)) !== true);
    expect(missing).toEqual([]);
  });

  it("leaves out what must not be called", () => {
    const ours = new Set((Object.keys(FUNCTIONS) as FunctionName[]).flatMap(spelled));
    const excluded = Object.values(EXCLUDED).flat();
    expect(excluded.filter((name) => ours.has(name))).toEqual([]);
    expect(excluded.filter((name) => !found.has(name))).toEqual([]);
  });

  it("knows every function of the engine that answers differently from call to call, so that a new one is looked at", () => {
    const excluded = new Set(Object.values(EXCLUDED).flat());
    const ours = new Set((Object.keys(FUNCTIONS) as FunctionName[]).flatMap(spelled));
    const changing = [...found].filter(([, { stabilities }]) => stabilities.some((stability) => stability !== "CONSISTENT" && stability !== null));
    expect(changing.length).toBeGreaterThan(10);
    expect(changing.map(([name]) => name).filter((name) => !excluded.has(name) && !ours.has(name))).toEqual([]);
  });

  it("calls what cannot be interrupted through a guard only", () => {
    const plain = Object.values(DUCKDB_FUNCTIONS).filter((spelling) => typeof spelling === "string");
    expect(GUARDED.filter((name) => plain.some((spelling) => spelling === name))).toEqual([]);
  });
});
