import type { Pipeline } from "@granary/protocol";
import { ActionIcon, Button, Menu, SegmentedControl, TextInput, Tooltip } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useDocumentTitle } from "@mantine/hooks";
import History from "lucide-react/icons/history";
import ChevronDown from "lucide-react/icons/chevron-down";
import Keyboard from "lucide-react/icons/keyboard";
import Network from "lucide-react/icons/network";
import Play from "lucide-react/icons/play";
import Redo2 from "lucide-react/icons/redo-2";
import SlidersHorizontal from "lucide-react/icons/sliders-horizontal";
import Undo2 from "lucide-react/icons/undo-2";
import { useState } from "react";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { useSlug } from "../../shell/index.ts";
import { useBuilder } from "./builder-context.ts";
import classes from "./builder.module.css";
import { KeysDialog } from "./keys-dialog.tsx";
import { SaveNoteDialog } from "./saving/save-note-dialog.tsx";
import type { Saving } from "./saving/use-saving.ts";
import type { KeptDocument } from "./use-document.ts";
import { useNodeActions } from "./use-node-actions.ts";

export type View = "canvas" | "outline" | "text";

interface BuilderBarProps {
  readonly pipeline: Pipeline | undefined;
  readonly kept: KeptDocument;
  readonly saving: Saving;
  readonly view: View;
  readonly onView: (view: View) => void;
  readonly onSettings: (part: string) => void;
  readonly isDesk: boolean;
}

const VIEWS = [
  { value: "canvas", label: "Canvas" },
  { value: "outline", label: "Outline" },
  { value: "text", label: "Text" },
];

/** What is being built, and what can be done with the whole of it. */
export function BuilderBar(props: BuilderBarProps) {
  const { pipeline, kept, saving, view, onView, onSettings, isDesk } = props;
  const { document, edit, mayEdit } = useBuilder();
  const slug = useSlug();
  useDocumentTitle(`${document.name} · Granary`);
  return (
    <header className={classes.bar}>
      <h1 className="g-hidden">{document.name}</h1>
      {mayEdit ? (
        <TextInput
          className={classes.name ?? ""}
          size="xs"
          aria-label="Name of the pipeline"
          value={document.name}
          onChange={(event) => edit({ edit: "change-head", change: { name: event.currentTarget.value } }, "name")}
        />
      ) : (
        <span className={classes.readName} aria-hidden="true">
          {document.name}
        </span>
      )}
      <State {...props} />
      <span className={classes.space} />
      {mayEdit && <EditTools />}
      <SegmentedControl
        size="xs"
        aria-label="View"
        data={isDesk ? VIEWS : VIEWS.filter(({ value }) => value !== "canvas")}
        value={view}
        onChange={(value) => onView(value as View)}
      />
      <Button variant="default" size="xs" leftSection={<SlidersHorizontal size={14} />} onClick={() => onSettings("triggers")}>
        Settings
      </Button>
      {pipeline !== undefined && (
        <Tooltip label="Runs and versions">
          <Link className={classes.link} aria-label="Runs and versions" to={`/w/${slug}/pipelines/${pipeline.id}` as "/"}>
            <History size={16} aria-hidden="true" />
          </Link>
        </Tooltip>
      )}
      {mayEdit && <SaveButton {...props} />}
      {(pipeline === undefined || pipeline.can.run) && (
        <Tooltip label={saving.whyNot ?? "Saves what is not saved, and starts a run"}>
          <Button size="xs" leftSection={<Play size={13} />} disabled={!saving.canRun} loading={saving.isSaving} onClick={saving.run}>
            {kept.isChanged && mayEdit ? "Save and run" : "Run"}
          </Button>
        </Tooltip>
      )}
    </header>
  );
}

function State({ pipeline, kept }: BuilderBarProps) {
  const { mayEdit } = useBuilder();
  if (kept.restoredAt !== undefined)
    return (
      <span className={classes.state}>
        Your changes of <RelativeTime at={kept.restoredAt} /> are back.
        <Button variant="subtle" size="compact-xs" onClick={kept.seenRestored}>
          Keep
        </Button>
        <Button variant="subtle" color="gray" fw={500} size="compact-xs" onClick={kept.discard}>
          Discard
        </Button>
      </span>
    );
  if (!mayEdit && pipeline !== undefined && !pipeline.can.update) return <span className={classes.state}>You may look, not change</span>;
  if (pipeline === undefined) return <span className={classes.state}>Not saved yet</span>;
  if (!kept.isChanged && pipeline.documentVersion > kept.base)
    return (
      <span className={classes.state} role="status">
        Version {pipeline.documentVersion} was saved meanwhile
        <Button variant="subtle" size="compact-xs" onClick={kept.discard}>
          Show it
        </Button>
      </span>
    );
  return (
    <span className={classes.state} role="status">
      {kept.isChanged ? "Unsaved changes" : `Version ${kept.base}`}
    </span>
  );
}

function EditTools() {
  const { undo, redo, canUndo, canRedo } = useBuilder();
  const { arrange } = useNodeActions();
  const [isShowing, setShowing] = useState(false);
  return (
    <div className={classes.tools}>
      <Tooltip label="Undo · Ctrl+Z">
        <ActionIcon aria-label="Undo" aria-keyshortcuts="Control+Z" disabled={!canUndo} onClick={undo}>
          <Undo2 size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Redo · Ctrl+Shift+Z">
        <ActionIcon aria-label="Redo" aria-keyshortcuts="Control+Shift+Z" disabled={!canRedo} onClick={redo}>
          <Redo2 size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Arrange">
        <ActionIcon aria-label="Arrange the nodes" onClick={arrange}>
          <Network size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Keys">
        <ActionIcon aria-label="Keys of the builder" onClick={() => setShowing(true)}>
          <Keyboard size={16} />
        </ActionIcon>
      </Tooltip>
      <KeysDialog opened={isShowing} onClose={() => setShowing(false)} />
    </div>
  );
}

function SaveButton({ kept, saving, pipeline }: BuilderBarProps) {
  const [isNoting, setNoting] = useState(false);
  return (
    <Button.Group>
      <Button
        variant="default"
        size="xs"
        disabled={!saving.canSave}
        loading={saving.isSaving}
        onClick={() => saving.save()}
        title={saving.canSave ? "Ctrl+S" : (saving.whyNot ?? "Nothing has changed")}
      >
        Save
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <Button variant="default" size="xs" px={6} aria-label="More ways to save">
            <ChevronDown size={14} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item disabled={!saving.canSave} onClick={() => setNoting(true)}>
            Save with a note …
          </Menu.Item>
          <Menu.Item disabled={!kept.isChanged} onClick={kept.discard}>
            {pipeline === undefined ? "Begin anew" : "Back to the saved version"}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isNoting && <SaveNoteDialog onClose={() => setNoting(false)} onSave={saving.save} />}
    </Button.Group>
  );
}
