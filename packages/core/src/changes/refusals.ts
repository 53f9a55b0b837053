import { type Permission, problem } from "@granary/protocol";
import { atLeast, type DatasetLevel, mayDo } from "../access/index.ts";
import type { Ctx, TxCtx } from "../context/index.ts";
import { blockersOf, hasKeyFaults, isAuthor, proposesSomething } from "./readiness.ts";
import type { SeenChange } from "./seen-change.ts";
import { hiddenParts } from "./sight.ts";
import { isInReview, isProposable, stateWords } from "./states.ts";

type Asking = Pick<Ctx | TxCtx, "principal">;

/** Why somebody may not do something with a request; undefined when they may. What refuses a command also decides what is offered. */
export type Refusal = Error | undefined;
type Rule = (ctx: Asking, seen: SeenChange) => Refusal;

/** The first reason that holds; later ones are not looked at. */
function first(...reasons: readonly (() => Refusal)[]): Refusal {
  for (const reason of reasons) {
    const found = reason();
    if (found !== undefined) return found;
  }
  return undefined;
}

const wrongState = ({ row, isGone }: SeenChange): Error =>
  problem("change.state_wrong", { state: isGone ? "about a dataset that lies in the trash" : stateWords(row.state) });

const inState = (seen: SeenChange, isRight: boolean): Refusal => (isRight && !seen.isGone ? undefined : wrongState(seen));

function needs({ principal }: Asking, permission: Permission): Refusal {
  return mayDo(principal, permission) ? undefined : problem("access.denied", { permission });
}

function isAtLevel({ dataset }: SeenChange, level: DatasetLevel): Refusal {
  return atLeast(dataset.decision.level, level) ? undefined : problem("access.denied", { permission: `${level} of the dataset` });
}

/** Authors act for their request, and owners of the dataset do where authors left. */
function actsForIt({ principal }: Asking, { row, dataset }: SeenChange): Refusal {
  if (isAuthor(row, principal.userId) || atLeast(dataset.decision.level, "owner")) return undefined;
  return problem("access.denied", { permission: "author of the change request" });
}

const seesAll = ({ dataset, current }: SeenChange): Refusal => {
  const what = hiddenParts(dataset, current);
  return what === undefined ? undefined : problem("change.hidden_parts", { what });
};

const isReady = ({ current }: SeenChange): Refusal => (current === undefined ? problem("change.not_ready") : undefined);
const isSettled = ({ pending }: SeenChange): Refusal => (pending?.state === "computing" ? problem("change.computing") : undefined);

/** Columns are changed by owners alone, so requests for that are merged by them. */
const mergeLevel = ({ row }: SeenChange): DatasetLevel => (row.kind === "schema" ? "owner" : "contributor");

export const whyNotEdit: Rule = (ctx, seen) =>
  first(
    () => needs(ctx, "change:create"),
    () => actsForIt(ctx, seen),
    () => inState(seen, isProposable(seen.row.state)),
  );

export const whyNotPropose: Rule = (ctx, seen) =>
  first(
    () => whyNotEdit(ctx, seen),
    () => isSettled(seen),
  );

export const whyNotSubmit: Rule = (ctx, seen) =>
  first(
    () => whyNotEdit(ctx, seen),
    () => inState(seen, seen.row.state === "draft"),
    () => isSettled(seen),
    () => (hasKeyFaults(seen) ? keysBroken(seen) : undefined),
    () => (proposesSomething(seen) ? undefined : problem("change.nothing_proposed")),
  );

/** Keys are values: they are told to those who see all that changes. */
function keysBroken({ current, dataset }: Pick<SeenChange, "current" | "dataset">): Error {
  const faults = current?.keptCounts?.keyFaults ?? { rows: 0, examples: [] };
  const columns = (dataset.columns ?? []).flatMap(({ fieldId, name }) => (current?.changeSet?.keys.includes(fieldId) === true ? [name] : []));
  const examples = hiddenParts(dataset, current) === undefined && faults.examples.length > 0 ? faults.examples.join("; ") : "look at them in the comparison";
  return problem("change.keys_broken", { count: faults.rows, columns: columns.join(", "), examples });
}

export const whyNotReview: Rule = (ctx, seen) =>
  first(
    () => needs(ctx, "change:review"),
    () => isAtLevel(seen, "contributor"),
    () => (isAuthor(seen.row, ctx.principal.userId) ? problem("change.own") : undefined),
    () => inState(seen, isInReview(seen.row.state)),
    () => isReady(seen),
    () => seesAll(seen),
  );

export const whyNotDismiss: Rule = (ctx, seen) =>
  first(
    () => needs(ctx, "change:review"),
    () => isAtLevel(seen, "owner"),
    () => inState(seen, isInReview(seen.row.state)),
  );

const mayMergeAtAll: Rule = (ctx, seen) =>
  first(
    () => needs(ctx, "change:merge"),
    () => isAtLevel(seen, mergeLevel(seen)),
    () => inState(seen, isInReview(seen.row.state)),
    () => isReady(seen),
    () => isSettled(seen),
    () => seesAll(seen),
  );

export const whyNotMerge: Rule = (ctx, seen) =>
  first(
    () => mayMergeAtAll(ctx, seen),
    () => {
      const reasons = blockersOf(seen);
      return reasons.length === 0 ? undefined : problem("change.not_approved", { reasons: reasons.join("; ") });
    },
  );

/** Passing over the rules: for owners who are administrators of datasets besides. Rows that cannot be told apart stay where they are. */
export const whyNotBypass: Rule = (ctx, seen) =>
  first(
    () => mayMergeAtAll(ctx, seen),
    () => isAtLevel(seen, "owner"),
    () => needs(ctx, "dataset:manage"),
    () => (hasKeyFaults(seen) ? keysBroken(seen) : undefined),
  );

/** Authors take their request back, and whoever reviews turns it down. */
const mayTurnDown: Rule = (ctx, seen) => {
  if (isAuthor(seen.row, ctx.principal.userId)) return undefined;
  return first(
    () => needs(ctx, "change:review"),
    () => isAtLevel(seen, "contributor"),
  );
};

export const whyNotClose: Rule = (ctx, seen) =>
  first(
    () => mayTurnDown(ctx, seen),
    () => (isProposable(seen.row.state) ? undefined : wrongState(seen)),
  );

export const whyNotReopen: Rule = (ctx, seen) =>
  first(
    () => mayTurnDown(ctx, seen),
    () => inState(seen, seen.row.state === "closed"),
  );

export const whyNotDelete: Rule = (ctx, seen) =>
  first(
    () => needs(ctx, "change:create"),
    () => actsForIt(ctx, seen),
    () => (seen.row.state === "draft" ? undefined : wrongState(seen)),
  );

export const whyNotRevert: Rule = (ctx, seen) =>
  first(
    () => needs(ctx, "change:create"),
    () => inState(seen, seen.row.state === "merged" && seen.row.kind === "rows"),
  );

/** Leaving parts out changes what is proposed: for authors, and for reviewers, who are co-authors from then on. */
export const whyNotSplit: Rule = (ctx, seen) =>
  first(
    () => {
      if (isAuthor(seen.row, ctx.principal.userId)) return needs(ctx, "change:create");
      return first(
        () => needs(ctx, "change:review"),
        () => isAtLevel(seen, "contributor"),
      );
    },
    () => inState(seen, isProposable(seen.row.state) && seen.row.kind === "rows"),
    () => isReady(seen),
    () => isSettled(seen),
    () => (isAuthor(seen.row, ctx.principal.userId) ? undefined : seesAll(seen)),
  );

/** Throws the reason when there is one. */
export function refuse(reason: Refusal): void {
  if (reason !== undefined) throw reason;
}
