import type { GraphColumn, GraphFault, PipelineDocument, PipelineNode } from "@granary/protocol";
import { createContext, use } from "react";
import type { Edit } from "./document-reducer.ts";

/** What is known of a document: its faults, and the columns on its edges. */
export interface Checked {
  readonly faults: readonly GraphFault[];
  /** By node and output port. */
  readonly columns: Readonly<Record<string, Readonly<Record<string, readonly GraphColumn[]>>>>;
  /** By node; of the last document the server saw. */
  readonly sql: Readonly<Record<string, string>>;
}

/** A place to go to: a node, and a setting of it. */
export interface Jump {
  readonly node: string;
  readonly path: string | null;
  /** Counts up, so that going to the same place again is noticed. */
  readonly turn: number;
}

/** What the parts of the builder share. */
export interface Builder {
  readonly document: PipelineDocument;
  readonly edit: (edit: Edit, going?: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  /** Ids of chosen nodes and comments. */
  readonly selection: ReadonlySet<string>;
  readonly select: (ids: readonly string[]) => void;
  /** Id of the chosen edge. */
  readonly edge: string | undefined;
  readonly selectEdge: (id: string | undefined) => void;
  /** The one node that is chosen. */
  readonly node: PipelineNode | undefined;
  readonly checked: Checked;
  readonly goTo: (node: string, path?: string | null) => void;
  readonly jump: Jump | undefined;
  readonly mayEdit: boolean;
}

const BuilderContext = createContext<Builder | undefined>(undefined);
export const BuilderProvider = BuilderContext;

export function useBuilder(): Builder {
  const builder = use(BuilderContext);
  if (builder === undefined) throw new Error("this part stands within the builder");
  return builder;
}

/** The columns that come into a node, by input port; those of several edges once each. */
export function inputColumns(document: PipelineDocument, columns: Checked["columns"], id: string): Readonly<Record<string, readonly GraphColumn[]>> {
  const found: Record<string, GraphColumn[]> = {};
  for (const { from, fromPort, to, toPort } of document.edges) {
    if (to !== id) continue;
    const known = (found[toPort] ??= []);
    for (const column of columns[from]?.[fromPort] ?? []) if (!known.some(({ name }) => name === column.name)) known.push(column);
  }
  return found;
}
