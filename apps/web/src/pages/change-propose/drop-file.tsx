import { Button, FileButton } from "@mantine/core";
import FileUp from "lucide-react/icons/file-up";
import { type DragEvent, useState } from "react";
import { Meter } from "../../kit/charts.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { IMPORTED_KINDS } from "../datasets/offered-file.ts";
import classes from "./propose.module.css";
import type { SentFile } from "./use-sent-file.ts";

interface DropFileProps {
  readonly sent: SentFile | undefined;
  readonly onFile: (file: File) => void;
  readonly onClear: () => void;
}

/** Where the edited file is dropped, and how far it is. */
export function DropFile({ sent, onFile, onClear }: DropFileProps) {
  const [isOver, setOver] = useState(false);
  const take = (file: File | null | undefined) => {
    if (file != null) onFile(file);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  if (sent !== undefined) return <Sent sent={sent} onFile={onFile} onClear={onClear} />;
  return (
    <section
      className={classes.drop}
      aria-label="The edited file"
      data-over={isOver || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <FileUp size={22} strokeWidth={1.75} aria-hidden="true" />
      <div className={classes.dropWords}>
        <p>Drop the edited file here, or</p>
        <p className="g-soft">A download of this dataset that you edited, or any file with its key columns. Columns that are missing stay as they are.</p>
      </div>
      <FileButton accept={IMPORTED_KINDS} onChange={take}>
        {(props) => <Button {...props}>Choose a file</Button>}
      </FileButton>
    </section>
  );
}

function Sent({ sent, onFile, onClear }: { readonly sent: SentFile } & Omit<DropFileProps, "sent">) {
  const format = useFormat();
  const { file, upload, error } = sent;
  return (
    <section className={classes.file} aria-label="The edited file">
      <div className={classes.fileHead}>
        <strong>{file.name}</strong>
        <span className="g-soft">
          {format.bytes(file.size)}
          {upload === undefined && error === undefined && `, ${format.bytes(sent.sent)} sent`}
          {upload !== undefined && ", sent"}
        </span>
        <Button size="compact-xs" variant="subtle" color="gray" onClick={onClear}>
          Another file
        </Button>
      </div>
      {upload === undefined && error === undefined && <Meter done={sent.sent} total={file.size} label={`Sending ${file.name}`} />}
      {error !== undefined && <ErrorNote error={error} onRetry={() => onFile(file)} />}
    </section>
  );
}
