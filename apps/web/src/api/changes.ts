import type { CallRequest } from "@granary/client";
import type { ChangeRequest, ChangeState, RevisionChoice } from "@granary/protocol";
import { infiniteQueryOptions, keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api } from "./client.ts";
import { compact, keyset } from "./list.ts";
import { saveFile } from "./save-file.ts";

/** A request by its id, or by its number as an address has it. */
export type ChangeAddress = ChangeRequest["id"] | (string & {});

/** While a job compares or merges, the request is looked at so often, besides what is pushed. */
const LOOK_AGAIN_MS = 1_500;

export interface ChangeListChoice {
  readonly state?: readonly ChangeState[] | undefined;
  readonly dataset?: string | undefined;
  readonly author?: string | undefined;
  readonly waiting?: boolean | undefined;
  readonly q?: string | undefined;
  readonly limit?: number | undefined;
}

export const changesQuery = ({ state, waiting, ...choice }: ChangeListChoice) =>
  infiniteQueryOptions({
    queryKey: ["changes", "list", state, waiting, choice],
    queryFn: ({ pageParam, signal }) => {
      const query = compact({ ...choice, state: state?.join(","), waiting: waiting === true ? "true" : undefined, cursor: pageParam });
      return api.call("changes.list", { query, signal });
    },
    placeholderData: keepPreviousData,
    ...keyset,
  });

/** Whether a job of the request is under way, so that it changes without anybody doing anything. */
const isMoving = ({ pending, current, state }: ChangeRequest): boolean =>
  state === "merging" || pending?.state === "computing" || current?.state === "computing";

export const changeQuery = (change: ChangeAddress) =>
  queryOptions({
    queryKey: ["changes", "one", change],
    queryFn: ({ signal }) => api.call("changes.get", { params: { change }, signal }),
    refetchInterval: ({ state }) => (state.data !== undefined && isMoving(state.data) ? LOOK_AGAIN_MS : false),
  });

export const revisionsQuery = (change: ChangeAddress) =>
  infiniteQueryOptions({
    queryKey: ["changes", "revisions", change],
    queryFn: ({ pageParam, signal }) => api.call("changes.revisions", { params: { change }, query: compact({ cursor: pageParam }), signal }),
    ...keyset,
  });

export const commentsQuery = (change: ChangeAddress) =>
  infiniteQueryOptions({
    queryKey: ["changes", "comments", change],
    queryFn: ({ pageParam, signal }) => api.call("changes.comments", { params: { change }, query: compact({ cursor: pageParam, limit: 200 }), signal }),
    ...keyset,
  });

function useChangeMutation<V, R>(mutationFn: (variables: V) => Promise<R>) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () => Promise.all([client.invalidateQueries({ queryKey: ["changes"] }), client.invalidateQueries({ queryKey: ["datasets", "one"] })]),
  });
}

type Body<I extends Parameters<typeof api.call>[0]> = CallRequest<I> extends { readonly body: infer B } ? B : never;

interface Of<B> {
  readonly change: ChangeAddress;
  readonly body: B;
}

export const useCreateChange = () => useChangeMutation((body: Body<"changes.create">) => api.call("changes.create", { body }));
export const useProposeRevision = () =>
  useChangeMutation(({ change, body }: Of<Body<"changes.propose">>) => api.call("changes.propose", { params: { change }, body }));
export const useUpdateChange = () =>
  useChangeMutation(({ change, body, version }: Of<Body<"changes.update">> & { readonly version: number }) =>
    api.call("changes.update", { params: { change }, body, version }),
  );
export const useDeleteChange = () => useChangeMutation((change: ChangeAddress) => api.call("changes.delete", { params: { change } }));
export const useSubmitChange = () => useChangeMutation((change: ChangeAddress) => api.call("changes.submit", { params: { change } }));
export const useCloseChange = () => useChangeMutation(({ change, body }: Of<Body<"changes.close">>) => api.call("changes.close", { params: { change }, body }));
export const useReopenChange = () => useChangeMutation((change: ChangeAddress) => api.call("changes.reopen", { params: { change } }));
export const useMergeChange = () => useChangeMutation(({ change, body }: Of<Body<"changes.merge">>) => api.call("changes.merge", { params: { change }, body }));
export const useRevertChange = () =>
  useChangeMutation(({ change, body }: Of<Body<"changes.revert">>) => api.call("changes.revert", { params: { change }, body }));
export const useApproveChange = () =>
  useChangeMutation(({ change, body }: Of<Body<"changes.approve">>) => api.call("changes.approve", { params: { change }, body }));
export const useRejectChange = () =>
  useChangeMutation(({ change, body }: Of<Body<"changes.reject">>) => api.call("changes.reject", { params: { change }, body }));
export const useDismissReview = () =>
  useChangeMutation(
    ({ change, review, reason }: { readonly change: ChangeAddress; readonly review: ChangeRequest["reviews"][number]["id"]; readonly reason: string }) =>
      api.call("changes.dismissReview", { params: { change, review }, body: { reason } }),
  );
export const useComment = () => useChangeMutation(({ change, body }: Of<Body<"changes.comment">>) => api.call("changes.comment", { params: { change }, body }));
export const useEditComment = () => useChangeMutation((request: CallRequest<"changes.editComment">) => api.call("changes.editComment", request));
export const useDeleteComment = () =>
  useChangeMutation((params: CallRequest<"changes.deleteComment">["params"]) => api.call("changes.deleteComment", { params }));

/** Accepts formats or leaves rows and cells out; the answer is the request while the new revision is made. */
export const useChoose = () =>
  useChangeMutation(({ change, choices, split }: { readonly change: ChangeAddress; readonly choices: readonly RevisionChoice[]; readonly split: boolean }) =>
    api.call("changes.choose", { params: { change }, body: { choices: [...choices], split } }),
  );
export const useResolve = () => useChangeMutation(({ change, body }: Of<Body<"changes.resolve">>) => api.call("changes.resolve", { params: { change }, body }));

export type ChangeExport = "csv" | "ndjson" | "html" | "sql" | "tdiff";

const ENDINGS = { csv: "csv", ndjson: "ndjson", html: "html", sql: "sql", tdiff: "tdiff.csv" } as const satisfies Record<ChangeExport, string>;

/** Saves the differences of a request as a file. */
export async function saveDifferences(change: ChangeAddress, number: number, format: ChangeExport): Promise<void> {
  await saveFile(await api.download("changes.export", { params: { change }, query: { format } }), `change-${number}.${ENDINGS[format]}`);
}
