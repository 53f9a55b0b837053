import type { GraphColumn, GraphFault, NodeKind, NodeOf, PipelineNode } from "@granary/protocol";
import { createContext, use } from "react";

export type SettingsOf<K extends NodeKind> = NodeOf<K>["settings"];

/** What the fields of a node's panel share. */
export interface PanelState {
  readonly node: PipelineNode;
  /** Columns by input port. */
  readonly inputs: Readonly<Record<string, readonly GraphColumn[]>>;
  readonly faults: readonly GraphFault[];
  readonly mayEdit: boolean;
}

export interface PanelProps<K extends NodeKind> {
  readonly settings: SettingsOf<K>;
  /** Sets some settings. `going` names what is being typed, so that it is one step back. */
  readonly set: (change: Partial<SettingsOf<K>>, going?: string) => void;
}

const PanelContext = createContext<PanelState | undefined>(undefined);
export const PanelProvider = PanelContext;

export function usePanel(): PanelState {
  const panel = use(PanelContext);
  if (panel === undefined) throw new Error("this field stands within a panel");
  return panel;
}

const NONE: readonly GraphColumn[] = [];

/** The columns that come in through a port, `in` unless said. */
export const useColumns = (port = "in"): readonly GraphColumn[] => usePanel().inputs[port] ?? NONE;

/** What is wrong with a setting, or within it. */
export function useFaults(path: string): readonly GraphFault[] {
  const { faults } = usePanel();
  return faults.filter((fault) => fault.path === path);
}

/** The first thing wrong with a setting, in words for its field. */
export function useFaultText(path: string): string | undefined {
  return useFaults(path)[0]?.message;
}
