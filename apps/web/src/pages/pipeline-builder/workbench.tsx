import type { Pipeline, PipelineDocument } from "@granary/protocol";
import { useMediaQuery } from "@mantine/hooks";
import { ReactFlowProvider } from "@xyflow/react";
import { lazy, Suspense, useState } from "react";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { BottomPanel } from "./bottom/bottom-panel.tsx";
import { type Builder, BuilderProvider, type Jump, useBuilder } from "./builder-context.ts";
import { BuilderBar, type View } from "./builder-bar.tsx";
import classes from "./builder.module.css";
import { Canvas } from "./canvas.tsx";
import { EmptyCanvas } from "./empty-canvas.tsx";
import { nodeOf } from "./graph-view/ports.ts";
import { Outline } from "./outline.tsx";
import { Palette } from "./palette.tsx";
import { NodePanel } from "./panels/node-panel.tsx";
import { LeaveDialog } from "./saving/leave-dialog.tsx";
import { useSaving } from "./saving/use-saving.ts";
import { ConflictDialog } from "./saving/conflict-dialog.tsx";
import { SettingsDrawer } from "./settings/settings-drawer.tsx";
import { useBuilderKeys } from "./use-builder-keys.ts";
import { useChecked } from "./use-checked.ts";
import { type KeptDocument, useDocument } from "./use-document.ts";

const TextView = lazy(() => import("./text/text-view.tsx"));

interface WorkbenchProps {
  readonly pipeline: Pipeline | undefined;
  readonly document: PipelineDocument;
  readonly version: number;
  readonly owner: string;
  readonly mayEdit: boolean;
}

const NOTHING: ReadonlySet<string> = new Set();

/** What is chosen, and where to go. */
function useBuilderState(kept: KeptDocument, mayEdit: boolean): Builder {
  const [chosen, setChosen] = useState(NOTHING);
  const [edge, setEdge] = useState<string>();
  const [jump, setJump] = useState<Jump>();
  const checked = useChecked(kept.document);
  const only = chosen.size === 1 ? [...chosen][0] : undefined;
  const select = (ids: readonly string[]) => {
    setChosen(new Set(ids));
    setEdge(undefined);
  };
  return {
    ...kept,
    edit: (edit, going) => mayEdit && kept.edit(edit, going),
    selection: chosen,
    select,
    edge,
    selectEdge: (id) => {
      setEdge(id);
      if (id !== undefined) setChosen(NOTHING);
    },
    node: nodeOf(kept.document, only),
    checked,
    goTo: (node, path = null) => {
      select([node]);
      setJump((before) => ({ node, path, turn: (before?.turn ?? 0) + 1 }));
    },
    jump,
    mayEdit,
  };
}

interface AreasProps {
  readonly view: View;
  readonly isDesk: boolean;
}

/** Palette, canvas or outline, the chosen node's settings, and what is known below. */
function Areas({ view, isDesk }: AreasProps) {
  const { document, node, mayEdit } = useBuilder();
  const isCanvas = view === "canvas";
  return (
    <div className={classes.areas} data-view={view} data-wide={node?.kind === "map" || undefined}>
      {mayEdit && <Palette />}
      <div className={classes.middle}>
        {isCanvas ? <Canvas /> : <Outline isDesk={isDesk} />}
        {isCanvas && document.nodes.length === 0 && <EmptyCanvas />}
        <BottomPanel />
      </div>
      {node !== undefined && (
        <aside className={classes.settings} aria-label="Settings of the node">
          <NodePanel key={node.id} node={node} />
        </aside>
      )}
    </div>
  );
}

/** The whole builder. */
export default function Workbench({ pipeline, document, version, owner, mayEdit }: WorkbenchProps) {
  const isDesk = useMediaQuery("(min-width: 900px)", true, { getInitialValueInEffect: false });
  const kept = useDocument(owner, { document, version });
  const builder = useBuilderState(kept, mayEdit && isDesk);
  const saving = useSaving(pipeline, kept, builder);
  const [view, setView] = useState<View>("canvas");
  const [settings, setSettings] = useState<string>();
  const shown = view === "canvas" && !isDesk ? "outline" : view;
  useBuilderKeys(builder, shown === "canvas", saving);
  return (
    <BuilderProvider value={builder}>
      <ReactFlowProvider>
        <div className={classes.workbench}>
          <BuilderBar pipeline={pipeline} kept={kept} saving={saving} view={shown} onView={setView} onSettings={setSettings} isDesk={isDesk} />
          {shown === "text" ? (
            <Suspense fallback={<PageSkeleton />}>
              <TextView />
            </Suspense>
          ) : (
            <Areas view={shown} isDesk={isDesk} />
          )}
          {settings !== undefined && <SettingsDrawer part={settings} pipeline={pipeline} onClose={() => setSettings(undefined)} />}
          {saving.conflict !== undefined && <ConflictDialog conflict={saving.conflict} onResolve={saving.resolve} onClose={saving.closeConflict} />}
          <LeaveDialog isChanged={kept.isChanged && !saving.isLeaving} />
        </div>
      </ReactFlowProvider>
    </BuilderProvider>
  );
}
