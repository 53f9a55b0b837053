import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Fault } from "../fault.ts";
import { isNode, readTree, type Statement, TextPlaces, type TreeNode, textOf } from "./tree.ts";

const MAX_SQL_LENGTH = 100_000;

/** Parses people's SQL with the engine's own parser, in an instance that holds and reaches nothing. */
export class SqlParser {
  readonly #connection: DuckDBConnection;

  private constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  static async open(): Promise<SqlParser> {
    const instance = await DuckDBInstance.create(":memory:", {
      threads: "1",
      enable_external_access: "false",
      autoinstall_known_extensions: "false",
      autoload_known_extensions: "false",
      lock_configuration: "true",
    });
    return new SqlParser(await instance.connect());
  }

  /** The tree of the one query in `sql`, or a `sql...` fault that says what is wrong and where. */
  async parse(sql: string): Promise<Statement> {
    if (sql.length > MAX_SQL_LENGTH) throw new Fault("sql.too_long", { limit: MAX_SQL_LENGTH });
    return this.parsePrinted(sql);
  }

  /** The same for a text that was printed, which may be longer than what a person may write. */
  async parsePrinted(sql: string): Promise<Statement> {
    const nul = sql.indexOf("\0");
    if (nul >= 0) throw new Fault("sql.syntax", { ...new TextPlaces(sql).at(Buffer.byteLength(sql.slice(0, nul))), detail: "a NUL character" });
    const tree = readTree(await this.#ask("SELECT json_serialize_sql($1::VARCHAR)", sql));
    if (tree["error"] === true) throw parseFault(tree, sql);
    const statements = tree["statements"];
    if (!Array.isArray(statements) || statements.length === 0) throw new Fault("sql.empty");
    if (statements.length > 1) throw new Fault("sql.too_many_statements", { count: statements.length });
    const statement: unknown = statements[0];
    if (!isNode(statement) || !isNode(statement["node"])) throw new Fault("sql.statement_not_allowed", { what: "This statement" });
    return statement as Statement;
  }

  /** The text of a tree, written by the engine. */
  async print(statement: Statement): Promise<string> {
    return this.#ask("SELECT json_deserialize_sql($1::JSON)", JSON.stringify({ error: false, statements: [statement] }));
  }

  async #ask(query: string, value: string): Promise<string> {
    const result = await this.#connection.runAndReadAll(query, [value]);
    return String(result.getRows()[0]?.[0]);
  }
}

/** The first word of a statement, for telling what is not allowed; comments before it are passed over. */
function firstWord(sql: string): string {
  const text = sql.replace(/^(?:\s+|;|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)+/, "");
  return /^[a-z]+/i.exec(text)?.[0]?.toUpperCase() ?? "This statement";
}

function parseFault(tree: TreeNode, sql: string): Fault {
  const message = textOf(tree["error_message"]);
  if (/Only SELECT|A CTE needs a SELECT/.test(message)) return new Fault("sql.statement_not_allowed", { what: firstWord(sql) });
  if (/Max expression depth|memory exhausted|stack/i.test(message)) return new Fault("sql.too_complex");
  const position = Number(tree["position"] ?? 0);
  const near = /at or near "([\s\S]*)"$/.exec(message)?.[1];
  const detail = near === undefined ? message : `unexpected "${near}"`;
  return new Fault("sql.syntax", { ...new TextPlaces(sql).atCharacter(Number.isSafeInteger(position) ? position : 0), detail, near: near ?? "" });
}
