import type { Issue } from "@granary/kernel";
import { attributeName, type PolicyFields, type PolicySubject, type PolicyTarget, problem, type RowFilter } from "@granary/protocol";
import { checkMask, compilePolicies, decide, type Policy } from "../access/index.ts";
import type { Ctx, TxCtx } from "../context/index.ts";
import { checkPatterns } from "../datasets/index.ts";
import { columnKey, type Labels, labelsOf, type Naming } from "./labels.ts";
import { listMembers } from "./members.ts";

const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;
const MAX_ADMINISTRATORS = 1_000;

function placeholderFault(name: string): string | undefined {
  if (name === "user.email" || name === "user.id") return undefined;
  if (name.startsWith("attribute.") && attributeName.safeParse(name.slice("attribute.".length)).success) return undefined;
  return `{{${name}}} is none of {{user.email}}, {{user.id}} and {{attribute.NAME}}`;
}

/** What is wrong with the placeholders of a filter. In a regular expression they would be read as one. */
function placeholderIssues(filter: RowFilter, path: string): readonly Issue[] {
  if ("not" in filter) return placeholderIssues(filter.not, `${path}.not`);
  if (!("column" in filter)) {
    const [kind, members] = "and" in filter ? (["and", filter.and] as const) : (["or", filter.or] as const);
    return members.flatMap((member, index) => placeholderIssues(member, `${path}.${kind}.${index}`));
  }
  const names = [filter.value ?? "", ...(filter.values ?? [])].flatMap((text) => [...text.matchAll(PLACEHOLDER)].map(([, name = ""]) => name.trim()));
  if (names.length > 0 && filter.op === "matches")
    return [{ path: `${path}.value`, message: "cannot hold what is filled in: it would be read as an expression" }];
  return names.flatMap((name) => {
    const message = placeholderFault(name);
    return message === undefined ? [] : [{ path, message }];
  });
}

const sameAs = (left: object) => (right: object) => JSON.stringify(left) === JSON.stringify(right);

function subjectId(subject: PolicySubject): string | undefined {
  return subject.kind === "user" || subject.kind === "group" || subject.kind === "api_key" ? subject.id : undefined;
}

function targetId(target: PolicyTarget): string | undefined {
  if (target.kind === "dataset") return target.id;
  if (target.kind === "column") return columnKey(target.datasetId, target.fieldId);
  return target.kind === "owner" ? target.userId : undefined;
}

/** New names of people and things that are not there. What a policy named before may be gone meanwhile. */
function unknownIssues(policy: Naming, before: Naming | undefined, labels: Labels): readonly Issue[] {
  const known = [...(before?.subjects ?? []), ...(before?.except ?? []), ...(before?.targets ?? [])];
  const look = <T extends object>(items: readonly T[], path: string, idOf: (item: T) => string | undefined): readonly Issue[] =>
    items.flatMap((item, index) => {
      const id = idOf(item);
      const isFine = id === undefined || labels[id] !== undefined || known.some(sameAs(item));
      return isFine ? [] : [{ path: `${path}.${index}`, message: "is not there, or not in this workspace" }];
    });
  return [
    ...look(policy.subjects, "body.subjects", subjectId),
    ...look(policy.except, "body.except", subjectId),
    ...look(policy.targets, "body.targets", targetId),
  ];
}

/** Why a policy says nothing, or nothing that anybody can have meant. */
function contradiction({ subjects, except, effect, targets }: PolicyFields): string | undefined {
  if (except.some(({ kind }) => kind === "everyone")) return "it excepts everyone, so it is about nobody";
  if (subjects.every((subject) => except.some(sameAs(subject)))) return "it excepts everybody whom it names";
  const isAboutAll = subjects.some(({ kind }) => kind === "everyone") && except.length === 0;
  const hidesDatasets = effect === "deny" && targets.some(({ kind }) => kind !== "column" && kind !== "column_tag");
  return isAboutAll && hidesDatasets ? "it hides datasets from everyone, administrators included. Except those who are to keep seeing them" : undefined;
}

/** Checks what can be checked of a policy by itself. Throws `request.invalid`, `mask.invalid` and `policy.contradicts`. */
export async function checkPolicy(ctx: Ctx, policy: PolicyFields, before: Naming | undefined): Promise<void> {
  const labels = await labelsOf(ctx, [policy]);
  const issues = [...unknownIssues(policy, before, labels), ...(policy.filter === null ? [] : placeholderIssues(policy.filter, "body.filter"))];
  if (issues.length > 0) throw problem("request.invalid", {}, { issues });
  if (policy.mask !== null) await checkMask(ctx.services.engine, policy.mask, ctx.signal);
  if (policy.filter !== null) await checkPatterns(ctx, policy.filter, "body.filter");
  const reason = contradiction(policy);
  if (reason !== undefined) throw problem("policy.contradicts", { name: policy.name, reason });
}

/** Refuses policies that leave no administrator who reads the workspace's datasets. Whatever denies now and then counts as denying. */
export async function requireReadingAdministrator(ctx: Ctx | TxCtx, policies: readonly Policy[]): Promise<void> {
  const denying = policies.filter(({ effect, targets }) => effect === "deny" && targets.some(({ kind }) => kind === "workspace"));
  if (denying.length === 0) return;
  const compiled = compilePolicies(denying.map((policy) => ({ ...policy, conditions: {} })));
  const dataset = { id: "", ownerId: null, tags: [], columnTags: new Map(), level: "owner" } as const;
  const administrators = await listMembers(ctx, { limit: MAX_ADMINISTRATORS, administrators: true, developerUnlocked: false });
  const isReading = administrators.some((member) => decide({ ...member, policies: compiled, purpose: null, dataset }).level !== "none");
  if (!isReading) throw problem("policy.locks_out", { name: denying.map(({ name }) => name).join(", ") });
}
