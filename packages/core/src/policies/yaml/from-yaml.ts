import type { Issue } from "@granary/kernel";
import { type PolicyFields, type PolicyFile, policyFields, policyFile, problem } from "@granary/protocol";
import { LineCounter, parseDocument } from "yaml";

const MAX_ISSUES = 50;

/** Things of the workspace by what people call them, or by their ids. */
export interface Names {
  /** The id of a member by e-mail address, of a group or dataset by name. */
  find(kind: "user" | "group" | "dataset", name: string): string | undefined;
  /** The id of a dataset's column. */
  findColumn(datasetId: string, name: string): number | undefined;
}

type Entry = PolicyFile["policies"][number];

const refuse = (issues: readonly Issue[]): Error => problem("request.invalid", {}, { issues: issues.slice(0, MAX_ISSUES) });

/** Data without aliases, tags or merges: what a file of rules needs, and nothing that unfolds. */
function parse(yaml: string): unknown {
  const lines = new LineCounter();
  try {
    const document = parseDocument(yaml, { lineCounter: lines, version: "1.2", schema: "core", customTags: [], merge: false, stringKeys: true });
    const [fault] = [...document.errors, ...document.warnings];
    if (fault !== undefined) {
      const { line, col } = lines.linePos(fault.pos[0]);
      throw refuse([{ path: "body.yaml", message: `line ${line}, column ${col}: ${fault.message.split("\n")[0] ?? "is no YAML"}` }]);
    }
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    // Too deep for the parser, or with aliases.
    if (error instanceof RangeError || error instanceof ReferenceError)
      throw problem(
        "request.invalid",
        {},
        { cause: error, issues: [{ path: "body.yaml", message: "uses aliases, or is nested too deep; write everything out" }] },
      );
    throw error;
  }
}

class Resolver {
  readonly issues: Issue[] = [];
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  #id(kind: "user" | "group" | "dataset", name: string, path: string): string {
    const found = this.#names.find(kind, name);
    if (found === undefined) this.issues.push({ path, message: `there is no ${kind === "user" ? "member" : kind} ${name}` });
    return found ?? "";
  }

  subject(said: Entry["subjects"][number], path: string): unknown {
    if (said === "everyone") return { kind: "everyone" };
    if ("user" in said) return { kind: "user", id: this.#id("user", said.user, path) };
    if ("group" in said) return { kind: "group", id: this.#id("group", said.group, path) };
    if ("role" in said) return { kind: "role", name: said.role };
    if ("apiKey" in said) return { kind: "api_key", id: said.apiKey };
    if ("permission" in said) return { kind: "permission", name: said.permission };
    return { kind: "attribute", ...said.attribute };
  }

  target(said: Entry["targets"][number], path: string): unknown {
    if (said === "workspace") return { kind: "workspace" };
    if ("dataset" in said) return { kind: "dataset", id: this.#id("dataset", said.dataset, path) };
    if ("datasetTag" in said) return { kind: "dataset_tag", tag: said.datasetTag };
    if ("columnTag" in said) return { kind: "column_tag", tag: said.columnTag };
    if ("owner" in said) return { kind: "owner", userId: this.#id("user", said.owner, path) };
    const { dataset, name } = said.column;
    const datasetId = this.#id("dataset", dataset, path);
    const fieldId = typeof name === "number" ? name : this.#names.findColumn(datasetId, name);
    if (fieldId === undefined && datasetId !== "") this.issues.push({ path, message: `${dataset} has no column ${name}` });
    return { kind: "column", datasetId, fieldId: fieldId ?? 0 };
  }
}

interface Faults {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

const issuesOf = (error: Faults, below: string): Issue[] =>
  error.issues.map(({ path, message }) => ({ path: [below, ...path.map(String)].join("."), message }));

/** The policies of a file. Throws `request.invalid` with every fault and its place. */
export function fromYaml(yaml: string, names: Names): readonly PolicyFields[] {
  const read = policyFile.safeParse(parse(yaml));
  if (!read.success) throw refuse(issuesOf(read.error, "body.yaml"));
  const resolver = new Resolver(names);
  const policies: PolicyFields[] = [];
  const issues: Issue[] = [];
  const taken = new Set<string>();
  for (const [index, { subjects, except, targets, ...others }] of read.data.policies.entries()) {
    const path = `body.yaml.policies.${index}`;
    const known = resolver.issues.length;
    const resolved = {
      ...others,
      subjects: subjects.map((item, at) => resolver.subject(item, `${path}.subjects.${at}`)),
      except: except.map((item, at) => resolver.subject(item, `${path}.except.${at}`)),
      targets: targets.map((item, at) => resolver.target(item, `${path}.targets.${at}`)),
    };
    if (resolver.issues.length > known) continue;
    const policy = policyFields.safeParse(resolved);
    if (!policy.success) issues.push(...issuesOf(policy.error, path));
    else if (taken.has(policy.data.name.toLowerCase())) issues.push({ path: `${path}.name`, message: `${policy.data.name} is there twice` });
    else {
      taken.add(policy.data.name.toLowerCase());
      policies.push(policy.data);
    }
  }
  const all = [...resolver.issues, ...issues];
  if (all.length > 0) throw refuse(all);
  return policies;
}
