import { ApiError, isApiError } from "@granary/client";
import type { Pipeline, PipelineDocument } from "@granary/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { useSavePipeline } from "../../../api/pipeline-builder.ts";
import { pipelineQuery, pipelineVersionQuery, useCreatePipeline, useRunPipeline } from "../../../api/pipelines.ts";
import { toastDone, toastError } from "../../../kit/toast.tsx";
import { useSlug } from "../../../shell/index.ts";
import type { Builder, Checked } from "../builder-context.ts";
import type { KeptDocument } from "../use-document.ts";

/** What several people changed at once. */
export interface Conflict {
  readonly base: PipelineDocument;
  readonly mine: PipelineDocument;
  readonly theirs: PipelineDocument;
  readonly version: number;
}

export interface Saving {
  readonly save: (note?: string) => void;
  /** Saves what is not saved, and starts a run. */
  readonly run: () => void;
  readonly isSaving: boolean;
  readonly canSave: boolean;
  readonly canRun: boolean;
  /** Why it cannot be saved, or run; for the buttons. */
  readonly whyNot: string | undefined;
  readonly conflict: Conflict | undefined;
  /** Goes on with a document made of both. */
  readonly resolve: (document: PipelineDocument) => void;
  readonly closeConflict: () => void;
  /** The page is left because of a saving. */
  readonly isLeaving: boolean;
}

/** Keeps a document as the next version, and answers what the server has then; undefined when it was not kept. */
function useKeep(pipeline: Pipeline | undefined, kept: KeptDocument) {
  const client = useQueryClient();
  const create = useCreatePipeline();
  const update = useSavePipeline();
  const [conflict, setConflict] = useState<Conflict>();
  const showConflict = async (id: string) => {
    const theirs = await client.fetchQuery({ ...pipelineQuery(id), staleTime: 0 });
    const { document: base } = await client.fetchQuery(pipelineVersionQuery(id, kept.base));
    setConflict({ base, mine: kept.document, theirs: theirs.document, version: theirs.documentVersion });
  };
  const keep = async (note: string, document = kept.document, base = kept.base): Promise<Pipeline | undefined> => {
    try {
      if (pipeline === undefined) return await create.mutateAsync({ document, note });
      const now = await update.mutateAsync({ pipeline: pipeline.id, document, base, note });
      client.setQueryData(pipelineQuery(pipeline.id).queryKey, now);
      kept.saved(now.document, now.documentVersion);
      return now;
    } catch (error) {
      if (pipeline !== undefined && isApiError(error, "pipeline.conflict")) await showConflict(pipeline.id);
      else toastError(notSaved(error), error);
      return undefined;
    }
  };
  return { keep, conflict, setConflict, isKeeping: create.isPending || update.isPending };
}

/** What is said of a document the server did not take. */
function notSaved(error: unknown): string {
  const issue = error instanceof ApiError ? error.issues.find(({ path }) => path.startsWith("body.document")) : undefined;
  return issue === undefined ? "Not saved" : `Not saved: ${issue.message}`;
}

/** Why the document cannot be kept, or run. */
function obstacles({ faults }: Checked) {
  const shape = faults.find(({ code }) => code === "document.invalid");
  const hasErrors = faults.some(({ severity }) => severity === "error");
  return { canKeep: shape === undefined, hasErrors, text: shape?.message ?? (hasErrors ? "It has faults: see the list below" : undefined) };
}

/** Keeps, merges and runs what is drawn. */
export function useSaving(pipeline: Pipeline | undefined, kept: KeptDocument, { checked }: Builder): Saving {
  const navigate = useNavigate();
  const slug = useSlug();
  const start = useRunPipeline();
  const { keep, conflict, setConflict, isKeeping } = useKeep(pipeline, kept);
  const [isLeaving, setLeaving] = useState(false);
  const { canKeep, hasErrors, text } = obstacles(checked);
  const leaveTo = (path: string) => {
    setLeaving(true);
    kept.saved(kept.document, kept.base);
    setTimeout(() => void navigate({ to: `/w/${slug}${path}` as "/" }), 0);
  };
  const save = async (note = "") => {
    const now = await keep(note);
    if (now === undefined) return;
    toastDone(
      pipeline === undefined ? `${now.name} is saved` : `Version ${now.documentVersion} is saved`,
      now.faults.length > 0 ? "It has faults or warnings: see the list below." : undefined,
    );
    if (pipeline === undefined) leaveTo(`/pipelines/${now.id}/edit`);
  };
  const run = async () => {
    const now = kept.isChanged || pipeline === undefined ? await keep("") : pipeline;
    if (now === undefined) return;
    try {
      const { id } = await start.mutateAsync({ pipeline: now.id, body: {} });
      leaveTo(`/runs/${id}`);
    } catch (error) {
      toastError("The run did not start", error);
      if (pipeline === undefined) leaveTo(`/pipelines/${now.id}/edit`);
    }
  };
  const isSaving = isKeeping || start.isPending;
  return {
    save: (note) => void save(note),
    run: () => void run(),
    isSaving,
    canSave: (kept.isChanged || pipeline === undefined) && canKeep && !isSaving,
    canRun: !hasErrors && kept.document.nodes.length > 0 && !isSaving,
    whyNot: text,
    conflict,
    resolve: (document) => {
      setConflict(undefined);
      void keep("Merged by hand", document, conflict?.version ?? kept.base);
    },
    closeConflict: () => setConflict(undefined),
    isLeaving,
  };
}
