import { createClient } from "@granary/client";
import { viewAsHeaders } from "./view-as.ts";

let workspace: string | undefined;
let lastRequestAt = Date.now();

/** The workspace every request is about from now on: the one in the page's address. */
export function setRequestWorkspace(slug: string | undefined): boolean {
  const changed = workspace !== slug;
  workspace = slug;
  return changed;
}

/** When a request last left, by the browser's clock; the server ends idle sessions by the same sign. */
export const lastRequest = (): number => lastRequestAt;

function countedFetch(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  lastRequestAt = Date.now();
  return globalThis.fetch(input, init);
}

/** The API for JSON and downloads. */
export const api = createClient({ workspace: () => workspace, fetch: countedFetch, headers: viewAsHeaders });

/** The API for files on their way up: without a fetch of its own, so that progress is reported. */
export const uploads = createClient({ workspace: () => workspace });
