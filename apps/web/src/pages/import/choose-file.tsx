import { Button, FileButton, TextInput } from "@mantine/core";
import Upload from "lucide-react/icons/upload";
import { type DragEvent, type FormEvent, useState } from "react";
import { IMPORTED_KINDS } from "../datasets/offered-file.ts";
import classes from "./import.module.css";

interface ChooseFileProps {
  /** Files are there already: only a strip for more. */
  readonly isSmall: boolean;
  readonly onFiles: (files: readonly File[]) => void;
  readonly onUrl: (url: string) => void;
}

/** Where files are dropped or chosen, or an address is given. */
export function ChooseFile({ isSmall, onFiles, onUrl }: ChooseFileProps) {
  const [isOver, setOver] = useState(false);
  const [url, setUrl] = useState("");
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onFiles([...event.dataTransfer.files]);
  };
  const enter = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  const fetchUrl = (event: FormEvent) => {
    event.preventDefault();
    if (url.trim() === "") return;
    onUrl(url.trim());
    setUrl("");
  };
  return (
    <section
      className={classes.drop}
      aria-label="Choose files"
      data-small={isSmall || undefined}
      data-over={isOver || undefined}
      onDragOver={enter}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Upload size={isSmall ? 18 : 24} strokeWidth={1.75} aria-hidden="true" />
      <div className={classes.dropWords}>
        <p className={classes.dropTitle}>{isSmall ? "Add more files" : "Drop files here, paste a table, or"}</p>
        {!isSmall && <p className={classes.soft}>CSV and other delimited text, JSON, XML, Excel, Parquet; also as .gz, .zst or .zip, of any size.</p>}
      </div>
      <FileButton multiple accept={IMPORTED_KINDS} onChange={(files) => onFiles(files)}>
        {(props) => (
          <Button {...props} variant={isSmall ? "default" : "filled"} size={isSmall ? "xs" : "sm"}>
            Choose files
          </Button>
        )}
      </FileButton>
      <form className={classes.url} onSubmit={fetchUrl}>
        <TextInput
          aria-label="Address of a file"
          placeholder="https://… address of a file"
          size={isSmall ? "xs" : "sm"}
          value={url}
          onChange={(event) => setUrl(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" size={isSmall ? "xs" : "sm"} disabled={url.trim() === ""}>
          Fetch
        </Button>
      </form>
    </section>
  );
}
