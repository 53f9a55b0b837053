import type { ChangeComment, ChangeReview, ChangeRevision } from "@granary/protocol";

/** A remark and what was answered to it. */
export interface Thread {
  readonly root: ChangeComment;
  readonly replies: readonly ChangeComment[];
}

/** Comments as threads, in the order they were begun. An answer to something that is gone stands alone. */
export function threadsOf(comments: readonly ChangeComment[]): readonly Thread[] {
  const known = new Set(comments.map(({ id }) => id));
  const roots = comments.filter(({ parentId }) => parentId === null || !known.has(parentId));
  return roots.map((root) => ({ root, replies: comments.filter(({ parentId }) => parentId === root.id) }));
}

const isSameKey = (a: ChangeComment["rowKey"], b: readonly (string | null)[]): boolean => a !== null && JSON.stringify(a) === JSON.stringify(b);

/** The threads about a row and its cells. */
export const threadsOfRow = (threads: readonly Thread[], key: readonly (string | null)[]): readonly Thread[] =>
  threads.filter(({ root }) => isSameKey(root.rowKey, key));

/** One thing that happened to a request, for its timeline. */
export type Happening =
  | { readonly kind: "revision"; readonly at: string; readonly revision: ChangeRevision }
  | { readonly kind: "review"; readonly at: string; readonly review: ChangeReview }
  | { readonly kind: "thread"; readonly at: string; readonly thread: Thread };

/** Revisions, reviews and threads in the order they happened. */
export function timelineOf(revisions: readonly ChangeRevision[], reviews: readonly ChangeReview[], threads: readonly Thread[]): readonly Happening[] {
  const all: Happening[] = [
    ...revisions.map((revision) => ({ kind: "revision", at: revision.at, revision }) as const),
    ...reviews.map((review) => ({ kind: "review", at: review.at, review }) as const),
    ...threads.map((thread) => ({ kind: "thread", at: thread.root.at, thread }) as const),
  ];
  // Of the same instant, what was proposed comes before what is said of it.
  return all.toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}
