import { useNavigate } from "@tanstack/react-router";
import Upload from "lucide-react/icons/upload";
import { type DragEvent, useRef, useState } from "react";
import { useSlug } from "../../shell/index.ts";
import { IMPORTED_KINDS, offerFiles } from "../datasets/offered-file.ts";
import classes from "./home.module.css";

/** Drop a file anywhere on it, or choose one: the import page takes over with that file. */
export function ImportTile() {
  const slug = useSlug();
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const take = (files: Iterable<File>) => {
    offerFiles([...files]);
    void navigate({ to: "/w/$workspace/import", params: { workspace: slug } });
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  return (
    <div
      className={classes.drop}
      data-over={over || undefined}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Upload size={20} strokeWidth={1.75} aria-hidden="true" />
      <p className={classes.dropText}>
        <button type="button" className={classes.choose} onClick={() => input.current?.click()}>
          Choose files
        </button>{" "}
        or drop them here: CSV, JSON, XML, Excel or Parquet. You see how each is read before anything is stored.
      </p>
      <input
        ref={input}
        type="file"
        accept={IMPORTED_KINDS}
        hidden
        aria-label="File to import"
        multiple
        onChange={(event) => take(event.currentTarget.files ?? [])}
      />
    </div>
  );
}
