import type { RunningChild } from "@granary/testkit";
import { expect } from "vitest";
import type { Site } from "./run-admin.ts";

export const EMAIL = "ada@example.com";
export const PASSWORD = "lantern quiver moss 56";

/** The program at work, with its administrator signed in. */
export interface Served extends AsyncDisposable {
  readonly program: RunningChild;
  call(method: string, path: string, body?: unknown): Promise<Response>;
}

/** Starts the program of a site, whose administrator is there already, and signs in. */
export async function serve(site: Site, env: Readonly<Record<string, string>> = {}): Promise<Served> {
  const program = site.startServer({ env });
  const [, url = ""] = await program.sees("stdout", /Address\s+(http:\S+)/);
  const json = { "content-type": "application/json" };
  const login = await fetch(`${url}/api/v1/auth/login`, {
    method: "POST",
    headers: json,
    body: JSON.stringify({ email: EMAIL, password: PASSWORD, client: "api" }),
  });
  expect(login.status).toBe(200);
  const { accessToken } = (await login.json()) as { accessToken: string };
  const authorization = `Bearer ${accessToken}`;
  return {
    program,
    call: (method, path, body) =>
      fetch(`${url}/api/v1${path}`, {
        method,
        headers: body instanceof FormData || body === undefined ? { authorization } : { authorization, ...json },
        ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
      }),
    async [Symbol.asyncDispose]() {
      program.child.kill("SIGTERM");
      expect((await program.finished).code).toBe(0);
    },
  };
}

export async function upload(served: Served, name: string, text: string): Promise<void> {
  const form = new FormData();
  form.append("name", name);
  form.append("file", new Blob([text], { type: "text/csv" }), `${name}.csv`);
  const answer = await served.call("POST", "/datasets?wait=true", form);
  expect(await answer.json()).toMatchObject({ batch: { status: "loaded" } });
}

export async function rowsOf(served: Served, name: string): Promise<unknown> {
  return ((await (await served.call("GET", `/datasets/${name}/rows`)).json()) as { rows?: unknown }).rows;
}
