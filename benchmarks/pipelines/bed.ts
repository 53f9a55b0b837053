import { mkdtempSync, openAsBlob, rmSync } from "node:fs";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { PipelineDocumentInput, Run } from "@granary/protocol";
import { PROGRAM_ADMIN, type RunningProgram, startProgram } from "@granary/testkit/program";

/** The whole program with its administrator signed in. */
export interface ProgramBed extends AsyncDisposable {
  readonly program: RunningProgram;
  readonly dir: string;
  /** Sends JSON below `/api/v1` and throws unless it is answered well. */
  send<T>(method: string, path: string, body?: object): Promise<T>;
  /** Makes a dataset of a file and waits for it. */
  importFile(name: string, path: string): Promise<void>;
  makePipeline(document: PipelineDocumentInput): Promise<string>;
  /** Starts a pipeline and waits for its end; throws unless it succeeds. */
  run(pipeline: string): Promise<Run>;
}

export const edges = (...ids: readonly string[]) => ids.slice(1).map((to, index) => ({ from: ids[index] ?? "", to }));

export async function programBed(env: Readonly<Record<string, string>> = {}): Promise<ProgramBed> {
  const dir = mkdtempSync(join(tmpdir(), "granary-bench-pipelines-"));
  const stack = new AsyncDisposableStack();
  stack.defer(() => rmSync(dir, { recursive: true, force: true }));
  const program = stack.use(
    await startProgram({ dataDir: join(dir, "data"), env: { GRANARY_RATE_READ: "100000000", GRANARY_RATE_WRITE: "100000000", ...env } }),
  );
  let token = "";
  const ask = async (method: string, path: string, body: string | FormData | undefined, headers: Record<string, string>): Promise<Response> => {
    const response = await fetch(`${program.url}/api/v1${path}`, {
      method,
      headers: { ...(token === "" ? {} : { authorization: `Bearer ${token}` }), "idempotency-key": randomUUID(), ...headers },
      ...(body === undefined ? {} : { body }),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return response;
  };
  const send = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const response = await ask(
      method,
      path,
      body === undefined ? undefined : JSON.stringify(body),
      body === undefined ? {} : { "content-type": "application/json" },
    );
    return (await response.json()) as T;
  };
  ({ accessToken: token } = await send<{ readonly accessToken: string }>("POST", "/auth/login", PROGRAM_ADMIN));
  const kept = stack.move();
  return {
    program,
    dir,
    send,
    importFile: async (name, path) => {
      const form = new FormData();
      form.set("name", name);
      form.set("file", await openAsBlob(path), basename(path));
      await (await ask("POST", "/datasets?wait=true", form, {})).arrayBuffer();
    },
    makePipeline: async (document) => (await send<{ readonly id: string }>("POST", "/pipelines", { document })).id,
    run: async (pipeline) => {
      const { id } = await send<{ readonly id: string }>("POST", `/pipelines/${pipeline}/execute?wait=true`, {});
      const run = await send<Run>("GET", `/runs/${id}`);
      if (run.state !== "succeeded") throw new Error(`the run ${run.state}: ${run.fault?.message ?? ""}`);
      return run;
    },
    [Symbol.asyncDispose]: () => kept.disposeAsync(),
  };
}
