import { createHash } from "node:crypto";
import type { StreamState } from "../connector.ts";
import type { ListedFile } from "./file-store.ts";

/** Eight letters of base64 each: the state stays below 64 KiB, and two files share a mark once in 10^14. */
const MARK_LETTERS = 8;
const MAX_MARKS = 6_000;

const markOf = ({ path, version }: ListedFile): string => createHash("sha256").update(`${path}\n${version}`).digest("base64").slice(0, MARK_LETTERS);

/**
 * Which files were read: marks of the newest, and a time up to which all were. A file comes again when it changes. Beyond 6,000 files,
 * one that appears with a time before that of the oldest mark counts as read.
 */
export class SeenFiles {
  readonly #marks: { readonly mark: string; readonly modifiedMs: number }[] = [];
  readonly #known = new Set<string>();
  #floorMs: number;

  constructor(state: StreamState | null) {
    this.#floorMs = typeof state?.floor === "number" ? state.floor : Number.NEGATIVE_INFINITY;
    const marks = typeof state?.marks === "string" ? state.marks : "";
    const times = Array.isArray(state?.times) ? (state.times as readonly number[]) : [];
    for (let index = 0; index * MARK_LETTERS < marks.length; index += 1) {
      const mark = marks.slice(index * MARK_LETTERS, (index + 1) * MARK_LETTERS);
      this.#known.add(mark);
      this.#marks.push({ mark, modifiedMs: times[Math.min(index, times.length - 1)] ?? 0 });
    }
  }

  isNew(file: ListedFile): boolean {
    return file.modifiedMs >= this.#floorMs && !this.#known.has(markOf(file));
  }

  add(file: ListedFile): void {
    const mark = markOf(file);
    this.#known.add(mark);
    this.#marks.push({ mark, modifiedMs: file.modifiedMs });
    while (this.#marks.length > MAX_MARKS) {
      const oldest = this.#marks.shift();
      if (oldest !== undefined) this.#floorMs = Math.max(this.#floorMs, oldest.modifiedMs + 1);
    }
  }

  state(): StreamState {
    const oldest = this.#marks[0]?.modifiedMs ?? 0;
    return { marks: this.#marks.map(({ mark }) => mark).join(""), times: [oldest], ...(Number.isFinite(this.#floorMs) ? { floor: this.#floorMs } : {}) };
  }
}
