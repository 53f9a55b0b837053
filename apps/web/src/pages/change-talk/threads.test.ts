import type { ChangeComment, ChangeReview, ChangeRevision } from "@granary/protocol";
import { expect, it } from "vitest";
import { threadsOf, threadsOfRow, timelineOf } from "./threads.ts";

const comment = (id: string, at: string, more: Partial<ChangeComment> = {}) =>
  ({ id, at, parentId: null, rowKey: null, column: null, ...more }) as ChangeComment;
const [first, second] = [comment("a", "2026-01-01T10:00:00Z"), comment("b", "2026-01-01T11:00:00Z", { rowKey: ["7", null] })];
const answer = comment("c", "2026-01-01T12:00:00Z", { parentId: first.id });

it("puts answers below what they answer", () =>
  expect(threadsOf([first, second, answer])).toEqual([
    { root: first, replies: [answer] },
    { root: second, replies: [] },
  ]));

it("keeps an answer whose beginning is gone", () => expect(threadsOf([answer])).toEqual([{ root: answer, replies: [] }]));

it("finds what was said of a row by its whole key", () => {
  const threads = threadsOf([first, second]);
  expect(threadsOfRow(threads, ["7", null]).map(({ root }) => root.id)).toEqual(["b"]);
  expect(threadsOfRow(threads, ["7"])).toEqual([]);
});

it("tells revisions, reviews and threads in the order they happened", () => {
  const revision = { at: "2026-01-01T09:00:00Z" } as ChangeRevision;
  const review = { at: "2026-01-01T10:30:00Z" } as ChangeReview;
  expect(timelineOf([revision], [review], threadsOf([first, second])).map(({ kind }) => kind)).toEqual(["revision", "thread", "review", "thread"]);
});
