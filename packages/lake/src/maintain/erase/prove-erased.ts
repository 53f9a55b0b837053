import { and, call, cast, column, compare, type Expression, literal, or, type Query } from "@granary/engine";
import { problem } from "@granary/protocol";
import type { ExpectedFile } from "../../file-io/index.ts";
import { holdFiles, scanRelation, storedName } from "../../files/index.ts";
import { type IcebergField, schemaOf } from "../../iceberg/index.ts";
import { TableStore } from "../../table/index.ts";
import type { MaintainParts } from "../maintain-parts.ts";
import { batchesOf, findRows, forgetRows, type Search, scanTableOf, wholeFile } from "./find-rows.ts";
import { type History, readHistory } from "./history.ts";
import { countChangeSetRows } from "./rewrite-change-sets.ts";
import { countEqualityRows } from "./rewrite-files.ts";
import { avroContent, jsonContent, type Trace, Traces } from "./traces.ts";
import type { EraseRequest } from "./types.ts";

/** Where something of an erased key was found, or seems to have been. */
interface Finding {
  readonly uri: string;
  /** Undefined for rows, which are certain. */
  readonly trace?: Trace;
}

interface Scanned {
  readonly history: History;
  readonly changeSets: readonly ExpectedFile[];
  readonly metadata: ReadonlyMap<string, Buffer>;
}

/** Reads everything from where it is stored, nothing from memory. */
async function readAgain(parts: MaintainParts, request: EraseRequest): Promise<Scanned> {
  return request.transaction(async (tx) => {
    const history = await readHistory(tx, new TableStore(parts.catalog, parts.fileIo), request);
    const log = (history.metadata["metadata-log"] ?? []).map((entry) => entry["metadata-file"]);
    const uris = [history.metadataLocation, ...log, ...history.snapshots.map((snapshot) => snapshot["manifest-list"]), ...history.manifests.keys()];
    const metadata = new Map<string, Buffer>();
    for (const uri of new Set(uris)) metadata.set(uri, await parts.fileIo.read(uri));
    return { history, changeSets: await parts.catalog.changeSetsOf(tx, request), metadata };
  });
}

async function rowsLeft(search: Search, { history, changeSets }: Scanned): Promise<readonly Finding[]> {
  const found = await findRows(search, history);
  await forgetRows(search.session, found);
  const left = [...found.rows.keys()];
  for (const entry of history.equalityDeletes) if ((await countEqualityRows(search, history, entry)) > 0) left.push(entry.file.uri);
  for (const file of changeSets) if ((await countChangeSetRows(search, file)) > 0) left.push(file.uri);
  return left.map((uri) => ({ uri }));
}

function boundsLeft(traces: Traces, history: History): readonly Finding[] {
  return [...history.manifests].flatMap(([uri, entries]) =>
    entries.flatMap(({ file }) =>
      file.columns.flatMap(({ fieldId, lower, upper }) =>
        [traces.inBound(fieldId, lower), traces.inBound(fieldId, upper)].flatMap((trace) => (trace === undefined ? [] : [{ uri, trace }])),
      ),
    ),
  );
}

function textsLeft(traces: Traces, metadata: Scanned["metadata"]): readonly Finding[] {
  return [...metadata].flatMap(([uri, content]) =>
    traces.inBytes(uri.endsWith(".json") ? jsonContent(content) : avroContent(content)).map((trace) => ({ uri, trace })),
  );
}

/** As far as a bound of another, longer value may go. */
const SHARED_PREFIX = 15;

function holds(fields: readonly IcebergField[], { fieldId, value, bytes }: Trace): Expression {
  const isSame = compare(cast(column(storedName(fieldId)), { kind: "text" }), "=", literal(value));
  const texts = fields.filter((field) => field.type === "string").map((field) => column(storedName(field.id)));
  if (bytes === undefined) return isSame;
  return or(isSame, ...texts.map((text) => call("contains", text, literal([...value].slice(0, SHARED_PREFIX).join("")))));
}

/** Whether some row that stays holds a value too, so that what is found of it is that row's. */
async function isOfOthers(search: Search, history: History, trace: Trace): Promise<boolean> {
  const table = scanTableOf(history);
  const fields = schemaOf(history.metadata).fields.filter((field) => field.type === "string" || field.id === trace.fieldId);
  const uses = fields.map(({ id }) => ({ fieldId: id, name: storedName(id) }));
  const { session, fileIo, signal } = search;
  for (const batch of batchesOf(history.data.map((file, ordinal) => wholeFile(file, ordinal)))) {
    await using held = await holdFiles({ fileIo, session }, { table, files: batch, fieldIds: fields.map((field) => field.id), signal });
    const query: Query = {
      kind: "select",
      items: [{ expression: literal(1), as: "one" }],
      from: scanRelation(held, uses),
      where: and(holds(fields, trace)),
      limit: 1,
    };
    if ((await session.run({ kind: "query", query })).rows.length > 0) return true;
  }
  return false;
}

async function certain(search: Search, history: History, findings: readonly Finding[]): Promise<readonly Finding[]> {
  const known = new Map<string, boolean>();
  const left: Finding[] = [];
  for (const finding of findings) {
    const { trace } = finding;
    const key = `${trace?.fieldId} ${trace?.value}`;
    const isOthers = trace !== undefined && (known.get(key) ?? (await isOfOthers(search, history, trace)));
    known.set(key, isOthers);
    if (!isOthers) left.push(finding);
  }
  return left;
}

const nameOf = (uri: string): string => uri.slice(uri.lastIndexOf("/") + 1);

/**
 * Searches every file of the table: the rows of Parquet files, the bounds in manifests, and the texts of manifests, lists and
 * metadata. Answers how many files that were. Throws `lake.erasure_incomplete`, which names the files, never the keys.
 */
export async function proveErased(parts: MaintainParts, search: Search, request: EraseRequest): Promise<number> {
  const scanned = await readAgain(parts, request);
  const { history, changeSets, metadata } = scanned;
  const traces = new Traces(search.keys);
  const suspects = [...boundsLeft(traces, history), ...textsLeft(traces, metadata)];
  const left = [...(await rowsLeft(search, scanned)), ...(await certain(search, history, suspects))];
  if (left.length > 0) {
    const names = [...new Set(left.map(({ uri }) => nameOf(uri)))];
    throw problem(
      "lake.erasure_incomplete",
      { count: names.length, name: names[0] ?? "" },
      { issues: names.map((path) => ({ path, message: "it holds a value of an erased key" })) },
    );
  }
  return history.data.length + history.positionDeletes.length + history.equalityDeletes.length + changeSets.length + metadata.size;
}
