import type { Issue } from "@granary/kernel";
import { type CellChoice, type ChangeRequest, type ConflictResolution, problem, type RevisionChoice } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { checkPatterns, columnsNamed, type DatasetRow, resolveVersion } from "../../datasets/index.ts";
import type { Prepared } from "../prepare-proposal.ts";
import { refuse, whyNotPropose, whyNotSplit } from "../refusals.ts";
import { holdSeenChange, requireChange, type SeenChange } from "../seen-change.ts";
import type { KeptChoice } from "../source.ts";
import { addRevision } from "./propose-revision.ts";

/** Columns of choices by field id, gathering those that the caller does not see. */
class ChoiceReader {
  readonly issues: Issue[] = [];
  readonly #ids: ReadonlyMap<string, number>;
  readonly #keys: number;

  constructor(dataset: DatasetRow, keys: number) {
    this.#ids = new Map((dataset.columns ?? []).map(({ fieldId, name }) => [name, fieldId]));
    this.#keys = keys;
  }

  #find(name: string, path: string): number {
    const found = this.#ids.get(name);
    if (found === undefined) this.issues.push({ path, message: `there is no column called ${name}` });
    return found ?? 0;
  }

  read<C extends CellChoice>({ columns, ...choice }: C, path: string): Omit<C, "columns"> & KeptChoice {
    for (const name of choice.filter === undefined ? [] : columnsNamed(choice.filter)) this.#find(name, `${path}.filter`);
    const wrong = choice.keys?.findIndex((key) => key.length !== this.#keys) ?? -1;
    if (wrong >= 0) this.issues.push({ path: `${path}.keys.${wrong}`, message: `must have ${this.#keys} values, one for each key column` });
    const fieldIds = columns?.map((name, index) => this.#find(name, `${path}.columns.${index}`));
    return { ...choice, ...(fieldIds === undefined ? {} : { fieldIds }) };
  }
}

async function readChoices<C extends CellChoice>(
  ctx: Ctx,
  seen: SeenChange,
  choices: readonly C[],
  at: string,
): Promise<readonly (Omit<C, "columns"> & KeptChoice)[]> {
  const reader = new ChoiceReader(seen.dataset, seen.current?.changeSet?.keys.length ?? 0);
  const read = choices.map((choice, index) => reader.read(choice, `body.${at}.${index}`));
  if (reader.issues.length > 0) throw problem("request.invalid", {}, { issues: reader.issues });
  for (const [index, { filter }] of choices.entries()) if (filter !== undefined) await checkPatterns(ctx, filter, `body.${at}.${index}.filter`);
  return read;
}

/** Accepts damaged formats, or leaves cells and rows out: a new revision of the same proposal, by a job. */
export async function chooseCells(
  ctx: Ctx,
  idOrNumber: string,
  { choices, split, note }: { readonly choices: readonly RevisionChoice[]; readonly split: boolean; readonly note: string },
): Promise<ChangeRequest> {
  const seen = await requireChange(ctx, idOrNumber);
  refuse(whyNotSplit(ctx, seen));
  const read = await readChoices(ctx, seen, choices, "choices");
  return ctx.tx(async (ctx) => {
    const held = await holdSeenChange(ctx, seen.row.id);
    refuse(whyNotSplit(ctx, held));
    const { current } = held;
    if (current === undefined || current.number !== seen.current?.number) throw problem("change.overtaken");
    const base = { version: current.base_version, snapshotId: current.base_snapshot_id, schemaVersion: current.schema_version };
    const work = { from: "selection", revision: current.number, choices: read, isSplit: split } as const;
    const prepared: Prepared = { kind: "rows", origin: "selection", work, base, title: "" };
    return addRevision(ctx, held, { prepared, note });
  });
}

/** Decides conflicts: a new revision over the newest version, by a job. */
export async function resolveConflicts(
  ctx: Ctx,
  idOrNumber: string,
  { resolutions, rest, note }: { readonly resolutions: readonly ConflictResolution[]; readonly rest?: "mine" | "theirs" | undefined; readonly note: string },
): Promise<ChangeRequest> {
  const seen = await requireChange(ctx, idOrNumber);
  refuse(whyNotPropose(ctx, seen));
  if (seen.current?.changeSet == null) throw problem("change.not_ready");
  const read = await readChoices(ctx, seen, resolutions, "resolutions");
  const { number: version, snapshotId, schemaVersion } = await resolveVersion(ctx, seen.dataset, undefined);
  return ctx.tx(async (ctx) => {
    const held = await holdSeenChange(ctx, seen.row.id);
    refuse(whyNotPropose(ctx, held));
    if (held.current === undefined || held.current.number !== seen.current?.number) throw problem("change.overtaken");
    const work = { from: "resolution", revision: held.current.number, resolutions: read, rest: rest ?? null } as const;
    const prepared: Prepared = { kind: "rows", origin: "resolution", work, base: { version, snapshotId, schemaVersion }, title: "" };
    return addRevision(ctx, held, { prepared, note });
  });
}
