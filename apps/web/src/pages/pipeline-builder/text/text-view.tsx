import { Button, SegmentedControl } from "@mantine/core";
import CircleX from "lucide-react/icons/circle-x";
import TriangleAlert from "lucide-react/icons/triangle-alert";
import { useMemo, useState } from "react";
import { useCopy } from "../../../kit/copy-id.tsx";
import { useBuilder } from "../builder-context.ts";
import { TextEditor } from "./text-editor.tsx";
import classes from "./text.module.css";
import { placeFaults, readText, type TextFormat, writeText } from "./yaml-text.ts";

const FORMATS = [
  { value: "yaml", label: "YAML" },
  { value: "json", label: "JSON" },
];

/** The whole document as text, both ways: what is written here is drawn as soon as it can be read. */
export default function TextView() {
  const { document, edit, checked, mayEdit } = useBuilder();
  const [format, setFormat] = useState<TextFormat>("yaml");
  /** What is being typed, and the document it was read as; another document makes it old. */
  const [typed, setTyped] = useState<{ readonly text: string; readonly of: typeof document }>();
  const { copied, copy } = useCopy();
  const text = typed !== undefined && typed.of === document ? typed.text : writeText(document, format);
  const read = useMemo(() => readText(text), [text]);
  const faults = useMemo(
    () => (read.document === undefined ? read.faults : placeFaults(text, document, checked.faults)),
    [read, text, document, checked.faults],
  );
  const change = (next: string) => {
    const now = readText(next).document;
    if (now === undefined) return setTyped({ text: next, of: document });
    edit({ edit: "replace", document: now }, "text");
    setTyped({ text: next, of: now });
  };
  return (
    <div className={classes.view}>
      <div className={classes.head}>
        <SegmentedControl
          size="xs"
          aria-label="Format"
          data={FORMATS}
          value={format}
          onChange={(value) => {
            setFormat(value as TextFormat);
            setTyped(undefined);
          }}
        />
        <Button variant="default" size="compact-xs" onClick={() => copy(text)}>
          {copied ? "Copied" : "Copy"}
        </Button>
        <span className={classes.hint} role="status">
          {read.document === undefined ? "Not a pipeline yet: the canvas shows what could be read last." : "Kept in git by those who want; the CLI applies it."}
        </span>
      </div>
      <TextEditor text={text} format={format} faults={faults} isReadOnly={!mayEdit} onChange={change} />
      {faults.length > 0 && (
        <ul className={classes.faults} aria-label="Faults in the text">
          {faults.slice(0, 50).map(({ line, message, severity }) => (
            <li key={`${line} ${message}`}>
              {severity === "error" ? <CircleX size={13} aria-label="Error" /> : <TriangleAlert size={13} aria-label="Warning" />}
              <span>Line {line}</span> {message}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
