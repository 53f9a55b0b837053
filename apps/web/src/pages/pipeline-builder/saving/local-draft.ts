import { pipelineDocument, type PipelineDocument } from "@granary/protocol";

/** What was drawn and not saved, as this browser keeps it. */
export interface LocalDraft {
  /** The version it was made from; 0 for a pipeline that is not there yet. */
  readonly base: number;
  readonly document: PipelineDocument;
  readonly at: string;
}

const keyOf = (owner: string): string => `granary.pipeline.${owner}`;

/** What this browser kept; undefined when there is nothing, or nothing that can be read. */
export function readDraft(owner: string): LocalDraft | undefined {
  try {
    const text = localStorage.getItem(keyOf(owner));
    if (text === null) return undefined;
    const { base, document, at } = JSON.parse(text) as LocalDraft;
    const read = pipelineDocument.safeParse(document);
    return read.success && typeof base === "number" && typeof at === "string" ? { base, document: read.data, at } : undefined;
  } catch {
    return undefined;
  }
}

export function keepDraft(owner: string, draft: LocalDraft): void {
  try {
    localStorage.setItem(keyOf(owner), JSON.stringify(draft));
  } catch {
    // Without storage the draft lives as long as the page, and leaving is warned about.
  }
}

export function dropDraft(owner: string): void {
  try {
    localStorage.removeItem(keyOf(owner));
  } catch {
    // Nothing was kept then.
  }
}

/** Whose unsaved changes of which pipeline; `new` for one that is not there yet. */
export const draftOwner = (user: string, workspace: string, pipeline: string): string => `${user}.${workspace}.${pipeline}`;
