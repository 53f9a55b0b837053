import type { Pipeline } from "@granary/protocol";
import { Drawer, TagsInput, Textarea } from "@mantine/core";
import { useState } from "react";
import { Tabs } from "../../../kit/tabs.tsx";
import { useBuilder } from "../builder-context.ts";
import { ParameterList } from "./parameter-list.tsx";
import { RunningFields } from "./running-fields.tsx";
import classes from "./settings.module.css";
import { TriggerList } from "./trigger-list.tsx";

const PARTS = [
  { value: "triggers", title: "Triggers" },
  { value: "parameters", title: "Parameters" },
  { value: "running", title: "Running" },
  { value: "about", title: "About" },
] as const;
type Part = (typeof PARTS)[number]["value"];

interface SettingsDrawerProps {
  readonly part: string;
  readonly pipeline: Pipeline | undefined;
  readonly onClose: () => void;
}

/** What holds for the whole pipeline: what starts it, what it is given, how it is run. Saved with the document. */
export function SettingsDrawer({ part, pipeline, onClose }: SettingsDrawerProps) {
  const [shown, setShown] = useState<Part>(part as Part);
  return (
    <Drawer opened onClose={onClose} position="right" size={480} title="Settings of the pipeline">
      <Tabs label="Settings of the pipeline" tabs={PARTS} value={shown} onChange={setShown} />
      <div className={classes.part}>
        {shown === "triggers" && <TriggerList pipeline={pipeline} />}
        {shown === "parameters" && <ParameterList />}
        {shown === "running" && <RunningFields />}
        {shown === "about" && <About />}
      </div>
    </Drawer>
  );
}

function About() {
  const { document, edit, mayEdit } = useBuilder();
  return (
    <>
      <Textarea
        label="Description"
        autosize
        minRows={4}
        readOnly={!mayEdit}
        value={document.description}
        onChange={(event) => edit({ edit: "change-head", change: { description: event.currentTarget.value } }, "description")}
      />
      <TagsInput label="Labels" readOnly={!mayEdit} maxTags={20} value={document.tags} onChange={(tags) => edit({ edit: "change-head", change: { tags } })} />
    </>
  );
}
