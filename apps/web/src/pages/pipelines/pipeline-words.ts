import { choiceParam, present, textParam } from "../../kit/search-params.ts";
import { RUN_STATES } from "@granary/protocol";

export const pipelinesSearch = (raw: Record<string, unknown>) =>
  present({
    q: textParam(raw, "q", 200),
    tag: textParam(raw, "tag", 50),
    state: choiceParam(raw, "state", ["failing", "running", "scheduled"]),
    new: choiceParam(raw, "new", ["1"]),
  });

export const pipelineSearch = (raw: Record<string, unknown>) =>
  present({
    tab: choiceParam(raw, "tab", ["runs", "versions", "backfills", "streams", "settings"]),
    state: choiceParam(raw, "state", RUN_STATES),
    compare: textParam(raw, "compare", 20),
    backfill: textParam(raw, "backfill", 60),
  });

export type PipelineSearch = ReturnType<typeof pipelineSearch>;

/** `3..5` of the address: what version 5 changed against version 3. */
export function sidesOf(text: string | undefined): { readonly from: number; readonly to: number } | undefined {
  const [, from, to] = /^(\d{1,9})\.\.(\d{1,9})$/.exec(text ?? "") ?? [];
  return from === undefined || to === undefined ? undefined : { from: Number(from), to: Number(to) };
}
