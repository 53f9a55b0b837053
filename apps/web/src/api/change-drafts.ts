import type { ChangeRequest, RowEdit } from "@granary/protocol";
import { queryOptions } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact } from "./list.ts";

type ChangeId = ChangeRequest["id"];

export interface EditDraft {
  readonly id: ChangeId;
  readonly number: number;
  readonly rows: readonly (readonly [string, RowEdit])[];
}

/** All that is edited in a draft. */
async function editsOfDraft(change: ChangeId, signal: AbortSignal): Promise<EditDraft["rows"]> {
  const rows: (readonly [string, RowEdit])[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await api.call("changes.edits", { params: { change }, query: { ...compact({ cursor: cursor ?? undefined }), limit: 1_000 }, signal });
    for (const { rowId, edit } of page.items) rows.push([rowId, edit]);
    cursor = page.next;
  } while (cursor !== null);
  return rows;
}

/** The draft in which this person edits rows of a dataset: the newest one that nothing was proposed in yet. */
export const editDraftQuery = (dataset: string) =>
  queryOptions({
    queryKey: ["change-drafts", dataset],
    queryFn: async ({ signal }): Promise<EditDraft | null> => {
      const { items } = await api.call("changes.list", { query: { dataset, author: "me", state: "draft", limit: 20 }, signal });
      const found = items.find(({ kind, counts, revision }) => kind === "rows" && counts === null && revision === 0);
      return found === undefined ? null : { id: found.id, number: found.number, rows: await editsOfDraft(found.id, signal) };
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });

/** Rows to store with a draft; null forgets one. */
export type EditsToSave = readonly { readonly rowId: string; readonly edit: RowEdit | null }[];

/** The calls that keep a draft. */
export const draftCalls = {
  begin: (dataset: string) => api.call("changes.create", { body: { dataset, draft: true } }),
  save: (change: ChangeId, edits: EditsToSave) => api.call("changes.saveEdits", { params: { change }, body: { edits: [...edits] } }),
  discard: (change: ChangeId) => api.call("changes.delete", { params: { change } }),
};

/** Has what is edited compared and opened for review; the answer is the request as it stands then. */
export async function proposeDraft(
  change: ChangeId,
  about: { readonly title: string; readonly description: string; readonly isDraft: boolean },
): Promise<ChangeRequest> {
  const { version } = await api.call("changes.get", { params: { change } });
  await api.call("changes.update", { params: { change }, body: { title: about.title, description: about.description }, version });
  const proposed = await api.call("changes.propose", { params: { change }, query: { wait: "true" }, body: { proposal: { from: "draft" } } });
  const isReady = proposed.current !== null && proposed.pending?.state !== "failed";
  return isReady && !about.isDraft && proposed.state === "draft" ? api.call("changes.submit", { params: { change } }) : proposed;
}
