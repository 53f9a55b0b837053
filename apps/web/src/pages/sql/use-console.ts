import type { SavedQuery, SqlQuery } from "@granary/protocol";
import { useQueryClient } from "@tanstack/react-query";
import { type RefObject, useEffect, useEffectEvent, useRef, useState } from "react";
import { sqlQueryQuery } from "../../api/sql.ts";
import { toastError } from "../../kit/toast.tsx";
import { firstRows } from "./examples.ts";
import type { EditorHandle } from "./sql-editor.tsx";
import { useDraft } from "./use-draft.ts";
import { type SqlRun, useRun } from "./use-run.ts";

type Tab = "chart" | "plan" | "history" | "saved";

/** What the address says of the console. */
export interface ConsoleSearch {
  readonly tab?: Tab | undefined;
  readonly query?: string | undefined;
  readonly saved?: string | undefined;
  /** A dataset to begin with. */
  readonly dataset?: string | undefined;
  readonly q?: string | undefined;
  readonly row?: string | undefined;
  readonly cell?: string | undefined;
}

export interface ConsoleProps {
  /** Whose text it is, and of which query. */
  readonly owner: string;
  readonly saved?: SavedQuery | undefined;
  readonly search: ConsoleSearch;
  readonly onSearch: (change: ConsoleSearch, isStep?: boolean) => void;
  /** Goes on with another text that is not saved. */
  readonly onScratch: (text: string, change: ConsoleSearch) => void;
}

interface Console {
  readonly editor: RefObject<EditorHandle | null>;
  readonly run: SqlRun;
  readonly initial: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly maxRows: number;
  readonly onMaxRows: (rows: number) => void;
  /** The statement whose plan is shown. */
  readonly planned: string;
  readonly start: () => Promise<void>;
  readonly onTab: (tab: Tab | "results") => void;
  readonly openRan: (query: SqlQuery) => Promise<void>;
  readonly openSaved: (saved: SavedQuery) => void;
  readonly openNew: () => void;
}

const NO_ROW = { row: undefined, cell: undefined };
const RESULTS = { ...NO_ROW, tab: undefined, q: undefined };
const DEFAULT_ROWS = 10_000;

/** What was there, with a first query over a dataset behind it. */
function withDataset(draft: string, dataset: string | undefined): string {
  if (dataset === undefined) return draft;
  const query = firstRows(dataset);
  const before = draft.trim().replace(/;$/, "");
  return before === "" || before === query ? query : `${before};\n\n${query}`;
}

/** What the console does; the text lives in the editor, everything that can be shared in the address. */
export function useConsole({ owner, saved, search, onSearch, onScratch }: ConsoleProps): Console {
  const [draft, onText] = useDraft(owner);
  const [initial] = useState(() => withDataset(draft === "" ? (saved?.sql ?? "") : draft, search.dataset));
  const [maxRows, onMaxRows] = useState(DEFAULT_ROWS);
  const [planned, setPlanned] = useState("");
  const editor = useRef<EditorHandle>(null);
  const client = useQueryClient();
  const run = useRun();
  const plan = () => setPlanned(editor.current?.statement().text ?? "");

  const begin = useEffectEvent(() => {
    if (search.tab === "plan") plan();
    if (search.dataset === undefined) return;
    onText(initial);
    onSearch({ dataset: undefined });
  });
  useEffect(() => begin(), []);

  const start = async () => {
    const part = editor.current?.statement();
    if (part === undefined || part.text.trim() === "" || run.state.kind === "running") return;
    onSearch({ ...RESULTS, tab: search.tab === "chart" ? "chart" : undefined });
    const ended = await run.run(part.text, maxRows);
    if (ended === undefined) return;
    if ("id" in ended) onSearch({ ...NO_ROW, query: ended.id });
    else editor.current?.mark(part, ended);
  };
  const onTab = (tab: Tab | "results") => {
    if (tab === "plan") plan();
    onSearch({ ...RESULTS, tab: tab === "results" ? undefined : tab });
  };
  const openRan = async (query: SqlQuery) => {
    try {
      const { sql } = query.isShortened ? await client.fetchQuery(sqlQueryQuery(query.id)) : query;
      run.clear();
      if (saved !== undefined) return onScratch(sql, { ...RESULTS, query: query.id });
      editor.current?.replace(sql);
      onSearch({ ...RESULTS, query: query.id }, true);
    } catch (error) {
      toastError("The query could not be opened", error);
    }
  };
  const openSaved = ({ id }: SavedQuery) => {
    run.clear();
    onSearch({ ...RESULTS, saved: id, query: undefined }, true);
  };
  const openNew = () => onScratch("", { ...RESULTS, query: undefined });
  const text = draft === "" ? initial : draft;
  return { editor, run, initial, text, onText, maxRows, onMaxRows, planned, start, onTab, openRan, openSaved, openNew };
}
