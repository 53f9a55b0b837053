import type { NodeKind, PipelineNode } from "@granary/protocol";
import { ActionIcon, Button, Checkbox, Menu, Textarea, TextInput } from "@mantine/core";
import Copy from "lucide-react/icons/copy";
import Ellipsis from "lucide-react/icons/ellipsis";
import Trash2 from "lucide-react/icons/trash-2";
import X from "lucide-react/icons/x";
import { type ComponentType, useEffect, useMemo, useRef, useState } from "react";
import { inputColumns, useBuilder } from "../builder-context.ts";
import { infoOf } from "../graph-view/node-catalog.ts";
import { titleOf } from "../graph-view/summary.ts";
import { useNodeActions } from "../use-node-actions.ts";
import { MapPanel } from "../mapper/map-panel.tsx";
import { FunctionPanel, SqlPanel } from "./code-panels.tsx";
import { CastPanel, DerivePanel, SelectPanel, WindowPanel } from "./column-panels.tsx";
import { BranchPanel, JoinPanel, LookupPanel, UnionPanel } from "./combine-panels.tsx";
import { ChangeTargetPanel, ConnectionTargetPanel, DatasetTargetPanel, FileTargetPanel } from "./destination-panels.tsx";
import { type PanelProps, PanelProvider, type SettingsOf } from "./panel-context.ts";
import classes from "./panels.module.css";
import { GatePanel, MaskPanel } from "./quality-panels.tsx";
import { FlattenPanel, PivotPanel, UnpivotPanel } from "./reshape-panels.tsx";
import { AggregatePanel, DeduplicatePanel, FilterPanel, LimitPanel, SortPanel } from "./row-panels.tsx";
import { DatasetSourcePanel, RowsSourcePanel } from "./source-panels.tsx";
import { StreamSourcePanel } from "./stream-panel.tsx";

const PANELS: { readonly [K in NodeKind]: ComponentType<PanelProps<K>> } = {
  source_stream: StreamSourcePanel,
  source_dataset: DatasetSourcePanel,
  source_rows: RowsSourcePanel,
  filter: FilterPanel,
  derive: DerivePanel,
  select: SelectPanel,
  cast: CastPanel,
  map: MapPanel,
  sort: SortPanel,
  limit: LimitPanel,
  join: JoinPanel,
  lookup: LookupPanel,
  union: UnionPanel,
  aggregate: AggregatePanel,
  deduplicate: DeduplicatePanel,
  pivot: PivotPanel,
  unpivot: UnpivotPanel,
  window: WindowPanel,
  branch: BranchPanel,
  flatten: FlattenPanel,
  sql: SqlPanel,
  function: FunctionPanel,
  mask: MaskPanel,
  gate: GatePanel,
  to_dataset: DatasetTargetPanel,
  to_change: ChangeTargetPanel,
  to_file: FileTargetPanel,
  to_connection: ConnectionTargetPanel,
};

type AnySettings = SettingsOf<NodeKind>;

/** Settings without what is undefined: leaving out is how documents say nothing. */
function merged(settings: AnySettings, change: object): AnySettings {
  return Object.fromEntries(Object.entries({ ...settings, ...change }).filter(([, value]) => value !== undefined)) as unknown as AnySettings;
}

/** Brings the field of a fault in sight and gives it the keyboard. */
function useJump(id: string, place: React.RefObject<HTMLElement | null>): void {
  const { jump } = useBuilder();
  useEffect(() => {
    if (jump === undefined || jump.node !== id) return;
    const frame = requestAnimationFrame(() => {
      const parts = (jump.path ?? "").split(".");
      for (let length = parts.length; length > 0; length -= 1) {
        const found = place.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(parts.slice(0, length).join("."))}"]`);
        if (found == null) continue;
        const target = found.matches("input, select, textarea, button")
          ? found
          : found.querySelector<HTMLElement>("input, select, textarea, .cm-content, button");
        (target ?? found).focus();
        found.scrollIntoView({ block: "nearest" });
        return;
      }
      place.current?.querySelector<HTMLElement>("input, select, textarea, .cm-content, button")?.focus();
    });
    return () => cancelAnimationFrame(frame);
  }, [jump, id, place]);
}

/** The settings of the chosen node. */
export function NodePanel({ node }: { readonly node: PipelineNode }) {
  const { document, edit, checked, mayEdit, select } = useBuilder();
  const place = useRef<HTMLDivElement>(null);
  useJump(node.id, place);
  const faults = useMemo(() => checked.faults.filter((fault) => fault.node === node.id), [checked.faults, node.id]);
  const state = useMemo(
    () => ({ node, inputs: inputColumns(document, checked.columns, node.id), faults, mayEdit }),
    [node, document, checked.columns, faults, mayEdit],
  );
  const Panel = PANELS[node.kind] as ComponentType<PanelProps<NodeKind>>;
  const info = infoOf(node.kind);
  const Icon = info.icon;
  const set = (change: object, going?: string) =>
    edit({ edit: "change-node", id: node.id, change: { settings: merged(node.settings, change) } }, going === undefined ? undefined : `${node.id}.${going}`);
  // That nothing reads it yet is no news while somebody draws; the list of faults tells.
  const whole = faults.filter(({ path, code }) => (path === null || path === "") && code !== "graph.unused");
  return (
    <PanelProvider value={state}>
      <div className={classes.panelHead}>
        <Icon size={16} aria-hidden="true" />
        <div className={classes.panelWords}>
          <h2>{titleOf(node)}</h2>
          <p>{info.text}</p>
        </div>
        {mayEdit && <NodeMenu node={node} />}
        <ActionIcon aria-label="Close the settings" onClick={() => select([])}>
          <X size={16} />
        </ActionIcon>
      </div>
      <div className={classes.panel} ref={place}>
        {whole.map(({ code, message, severity }) => (
          <p key={`${code} ${message}`} className={severity === "error" ? classes.bad : classes.soft} role={severity === "error" ? "alert" : undefined}>
            {message}
          </p>
        ))}
        <Panel key={node.id} settings={node.settings} set={set} />
        <AboutNode key={`${node.id} about`} node={node} />
      </div>
    </PanelProvider>
  );
}

function NodeMenu({ node }: { readonly node: PipelineNode }) {
  const actions = useNodeActions();
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon aria-label="More about this node">
          <Ellipsis size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<Copy size={14} />} onClick={() => actions.duplicate([node.id])}>
          Duplicate
        </Menu.Item>
        <Menu.Item color="red" leftSection={<Trash2 size={14} />} onClick={() => actions.remove([node.id])}>
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

const ID = /^[a-z][a-z0-9_]{0,39}$/;

/** What a node is called, and what people wrote to it. */
function AboutNode({ node }: { readonly node: PipelineNode }) {
  const { document, edit, select, mayEdit } = useBuilder();
  const [isOpen, setOpen] = useState(false);
  const [id, setId] = useState(node.id);
  const isTaken = id !== node.id && document.nodes.some((other) => other.id === id);
  const wrong = ID.test(id) ? (isTaken ? "Another node is called so." : undefined) : "Lower-case letters, digits and _, beginning with a letter.";
  const change = (part: Partial<Pick<PipelineNode, "title" | "note" | "keepOutput">>, going: string) =>
    edit({ edit: "change-node", id: node.id, change: part }, `${node.id}.${going}`);
  if (!isOpen)
    return (
      <Button variant="subtle" color="gray" fw={500} size="compact-xs" className={classes.more ?? ""} onClick={() => setOpen(true)}>
        Name, note and more
      </Button>
    );
  return (
    <div className={classes.about}>
      <TextInput
        size="xs"
        label="Title"
        placeholder={titleOf({ ...node, title: "" })}
        readOnly={!mayEdit}
        value={node.title}
        onChange={(event) => change({ title: event.currentTarget.value }, "title")}
      />
      <TextInput
        size="xs"
        label="Name in SQL and logs"
        readOnly={!mayEdit}
        value={id}
        onChange={(event) => setId(event.currentTarget.value)}
        onBlur={() => {
          if (wrong !== undefined || id === node.id) return;
          edit({ edit: "rename", id: node.id, to: id });
          select([id]);
        }}
        {...(wrong === undefined ? {} : { error: wrong })}
      />
      <Textarea
        size="xs"
        label="Note"
        autosize
        minRows={2}
        readOnly={!mayEdit}
        value={node.note}
        onChange={(event) => change({ note: event.currentTarget.value }, "note")}
      />
      <Checkbox
        size="xs"
        label="Keep the output of every run"
        description="To look at it afterwards, and to go on from here when a later step fails."
        disabled={!mayEdit}
        checked={node.keepOutput}
        onChange={(event) => change({ keepOutput: event.currentTarget.checked }, "keepOutput")}
      />
    </div>
  );
}
