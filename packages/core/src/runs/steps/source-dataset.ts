import type { PlannedTable } from "@granary/lake";
import { type NodeOf, problem } from "@granary/protocol";
import { type Readable, readData } from "../../datasets/index.ts";
import { engineNameOf } from "../engine-names.ts";
import { graphColumns } from "../graph-types.ts";
import { type OpenedDataset, SAMPLE_ROWS, type Work } from "../carry-out/work.ts";
import type { StepResult } from "./step-result.ts";
import { namesOf, selectNames } from "./write-ports.ts";

/** The columns a node wants, in its order. Throws `run.step_failed` for one that may not be read. */
function chosen({ settings: { columns: wanted }, title, id }: NodeOf<"source_dataset">, { columns, dataset }: Readable): Readable["columns"] {
  if (wanted.length === 0) return columns;
  return wanted.map((name) => {
    const found = columns.find((column) => column.name === name);
    if (found === undefined)
      throw problem("run.step_failed", { node: title || id, reason: `the dataset ${dataset.name} has no column ${name} that may be read` });
    return found;
  });
}

const NESTED: readonly string[] = ["list", "struct", "map"];

async function hold(work: Work, node: NodeOf<"source_dataset">, readable: Readable): Promise<OpenedDataset> {
  const { table, plan, dataset, version } = readable;
  const shown = chosen(node, readable);
  const planned: PlannedTable = { table, plan, columns: shown.map(({ name }) => name) };
  const held = work.held.use(await work.ctx.services.lake.plannedQueries({ source: planned }, work.signal));
  const whole = held.queries["source"];
  if (whole === undefined) throw problem("dataset.not_ready");
  const isSample = work.row.is_dry;
  return {
    query: isSample ? { ...selectNames({ kind: "query", query: whole }, namesOf(whole)), limit: SAMPLE_ROWS } : whole,
    files: held.files,
    columns: graphColumns(shown.map((column) => ({ name: column.name, type: engineNameOf(column.sqlType) }))),
    id: dataset.id,
    name: dataset.name,
    version: version.number,
    rows: plan.filter === undefined && !isSample ? table.rows : undefined,
    nested: shown.filter(({ sqlType }) => NESTED.includes(sqlType.kind)).map(({ name }) => name),
  };
}

/** Opens a dataset as the run's person may read it, at the version the run was pinned to before, if it was. Writes the access log. */
async function open(work: Work, node: NodeOf<"source_dataset">): Promise<OpenedDataset> {
  const { dataset, version } = node.settings;
  const pinned = work.outputs.get(node.id)?.dataset;
  const reader = { ...work.reader, signal: work.signal };
  return readData(reader, "pipeline", async (openFor) => {
    const readable = await openFor(pinned?.id ?? dataset, pinned === undefined ? version : String(pinned.version));
    const answer = await hold(work, node, readable);
    return { answer, rows: answer.rows ?? null, columns: answer.columns.map(({ name }) => name) };
  });
}

/** The opened dataset of a node; opened once by each worker that has the run. */
export async function openedDataset(work: Work, node: NodeOf<"source_dataset">): Promise<OpenedDataset> {
  const known = work.datasets.get(node.id);
  if (known !== undefined) return known;
  const opened = await open(work, node);
  work.datasets.set(node.id, opened);
  return opened;
}

/** Pins the version a run reads. Its rows are not copied: later statements read them where they lie. */
export async function runSourceDataset(work: Work, node: NodeOf<"source_dataset">): Promise<StepResult> {
  const { id, name, version, columns, rows } = await openedDataset(work, node);
  work.log.write("info", node.id, `Reads ${name}, version ${version}`);
  return {
    output: { runId: work.row.id, ports: {}, dataset: { id, name, version } },
    fields: { columns: [...columns], rows_out: rows ?? null, ports: rows === undefined ? {} : { out: rows } },
  };
}
