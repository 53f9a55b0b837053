import { createHash } from "node:crypto";
import { createCtx, type Ctx, systemPrincipal } from "@granary/core/context";
import { carryOutRun, getRun, type NewRun, type RunHooks, startRun } from "@granary/core/runs";
import type { RunningJob } from "@granary/jobs";
import { type Id, newId } from "@granary/kernel";
import { pipelineDocument, type PipelineDocumentInput, type Run } from "@granary/protocol";
import { multipartForm, startTestServer, type TestServer, type TestUser } from "@granary/testkit";

export type Nodes = readonly object[];
export const edge = (from: string, to: string, more: object = {}) => ({ from, to, ...more });
export const source = (dataset: string, id = "from") => ({ id, kind: "source_dataset", settings: { dataset } });
export const target = (dataset: string, more: object = {}, id = "into") => ({ id, kind: "to_dataset", settings: { dataset, ...more } });
export const typed = (columns: readonly string[], rows: readonly (readonly (string | null)[])[], id = "from") => ({
  id,
  kind: "source_rows",
  settings: {
    columns: columns.map((item) => {
      const [name, type = "text"] = item.split(":");
      return { name, type };
    }),
    rows,
  },
});
export const statesOf = ({ steps }: Run) => Object.fromEntries(steps.map(({ node, state }) => [node, state]));

/** A server with a person who has pipelines, and what tests of runs do with them. */
export class Bed implements AsyncDisposable {
  readonly server: TestServer;
  readonly owner: TestUser;
  #count = 0;

  constructor(server: TestServer, owner: TestUser) {
    this.server = server;
    this.owner = owner;
  }

  name(what: string): string {
    this.#count += 1;
    return `${what} ${this.#count}`;
  }

  ctx(): Promise<Ctx> {
    return this.server.ctx(this.owner);
  }

  /** A pipeline with a document as it stands, in the owner's name. */
  async pipeline(nodes: Nodes, edges: readonly object[], more: Partial<PipelineDocumentInput> = {}): Promise<string> {
    const id = newId("pipeline");
    const name = this.name("Pipeline");
    const document = pipelineDocument.parse({ name, nodes, edges, ...more });
    const ctx = await this.ctx();
    await ctx.tx(async ({ db, workspaceId: workspace_id }) => {
      await db.insertInto("pipelines").values({ id, workspace_id, name, owner_id: this.owner.id, runs_as: this.owner.id }).execute();
    });
    await this.version(id, 1, document);
    return id;
  }

  async version(pipeline_id: string, number: number, document: object): Promise<void> {
    const text = JSON.stringify(document);
    const digest = createHash("sha256").update(text).digest("hex");
    const ctx = await this.ctx();
    await ctx.tx(async ({ db, workspaceId: workspace_id }) => {
      await db.insertInto("pipeline_versions").values({ workspace_id, pipeline_id, number, document: text, digest, author_id: this.owner.id }).execute();
      await db.updateTable("pipelines").set({ version_number: number }).where("id", "=", pipeline_id).execute();
    });
  }

  async start(pipelineId: string, more: Partial<NewRun> = {}): Promise<string> {
    const ctx = await this.ctx();
    const row = await ctx.tx((tx) => startRun(tx, { pipelineId, cause: "person", ...more }));
    if (row === undefined) throw new Error("nothing was started");
    return row.id;
  }

  async show(id: string): Promise<Run> {
    return getRun(await this.ctx(), id);
  }

  async until(id: string, isThere: (run: Run) => boolean): Promise<Run> {
    for (let tries = 0; tries < 800; tries += 1) {
      const run = await this.show(id);
      if (isThere(run)) return run;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`the run stayed ${JSON.stringify(await this.show(id), null, 1)}`);
  }

  ended(id: string): Promise<Run> {
    return this.until(id, ({ endedAt }) => endedAt !== null);
  }

  async run(pipelineId: string, more: Partial<NewRun> = {}): Promise<Run> {
    return this.ended(await this.start(pipelineId, more));
  }

  /** Carries a run out in this very process, as a worker would, with a death at the border of a phase where the hooks say so. */
  async carryOut(runId: string, hooks: RunHooks = {}, signal: AbortSignal = new AbortController().signal): Promise<unknown> {
    const { services, workspace } = this.server;
    const { job_id: jobId } = await services.database.reader("system").selectFrom("runs").select("job_id").where("id", "=", runId).executeTakeFirstOrThrow();
    const job: RunningJob = {
      id: jobId as Id<"job">,
      name: "pipeline.run",
      workspaceId: workspace.id,
      correlationId: newId("request"),
      startedBy: null,
      attempt: 1,
      lastAttempt: false,
      signal,
      progress: () => undefined,
      log: () => undefined,
      assertLease: () => Promise.resolve(),
      finish: async (db) =>
        void (await db
          .updateTable("jobs")
          .set({ state: "succeeded", finished_at: new Date(), lease_owner: null, lease_until: null })
          .where("id", "=", jobId ?? "")
          .execute()),
    };
    const request = { id: newId("request"), ip: null, userAgent: null };
    return carryOutRun(createCtx({ services, principal: systemPrincipal(workspace.id), request, signal }), runId, job, hooks);
  }

  async created(content: string): Promise<{ readonly id: string; readonly name: string }> {
    const name = this.name("Source");
    const form = multipartForm({ name }, { name: "rows.csv", content });
    const { body } = await this.server.request("POST", "/datasets?wait=true", { as: this.owner, ...form });
    return { id: body.dataset.id, name };
  }

  async rowsOf(dataset: string, sort = "id"): Promise<string[]> {
    const { body } = await this.server.request("GET", `/datasets/${encodeURIComponent(dataset)}/rows?limit=100&sort=${sort}`, { as: this.owner });
    return (body.rows ?? []).map((row: readonly (string | null)[]) => row.map((cell) => cell ?? "-").join(","));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}

export async function makeBed(options: { readonly worker?: boolean; readonly env?: Readonly<Record<string, string>> } = {}): Promise<Bed> {
  const server = await startTestServer(options.env === undefined ? {} : { env: options.env });
  if (options.worker !== false) await server.startWorker();
  return new Bed(server, await server.user({ roles: ["contributor", "executor"], name: "Olga Owner" }));
}
