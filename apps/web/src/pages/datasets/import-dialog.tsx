import type { UploadProgress } from "@granary/client";
import { Button, FileButton, Modal, Radio, Textarea, TextInput } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { type DragEvent, useEffect, useRef, useState } from "react";
import { useImportFile } from "../../api/datasets.ts";
import { Meter } from "../../kit/charts.tsx";
import { FormProblem, useApiForm } from "../../kit/form.tsx";
import { useFormat } from "../../kit/format.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "../people/people.module.css";
import own from "./datasets.module.css";
import { IMPORTED_KINDS, takeOfferedFile } from "./offered-file.ts";

/** `Orders 2026.csv` becomes "Orders 2026". */
function nameFrom(fileName: string): string {
  return fileName
    .replace(/\.[^.]+$/, "")
    .replaceAll(/[_]+/g, " ")
    .trim()
    .slice(0, 100);
}

/** Sends a file and opens the dataset it becomes. */
export function ImportDialog({ onClose }: { readonly onClose: () => void }) {
  const [file, setFile] = useState<File>();
  const [progress, setProgress] = useState<UploadProgress>();
  const abort = useRef<AbortController>(undefined);
  const navigate = useNavigate();
  const slug = useSlug();
  const send = useImportFile();
  const form = useApiForm({
    initial: { name: "", description: "", visibility: "private" as "private" | "workspace" },
    check: (): { name?: string } => (file === undefined ? { name: "Choose a file first" } : {}),
    send: async (values) => {
      if (file === undefined) return;
      abort.current = new AbortController();
      try {
        const { dataset } = await send.mutateAsync({ ...values, file, onProgress: setProgress, signal: abort.current.signal });
        await navigate({ to: "/w/$workspace/datasets/$dataset", params: { workspace: slug, dataset: dataset.id } });
      } finally {
        setProgress(undefined);
      }
    },
  });
  const choose = (chosen: File | null | undefined) => {
    if (chosen == null) return;
    setFile(chosen);
    if (form.fields.getValues().name === "") form.fields.setFieldValue("name", nameFrom(chosen.name));
  };
  const started = useRef(false);
  useEffect(() => {
    if (started.current) return;
    started.current = true;
    choose(takeOfferedFile());
  });
  const cancel = () => {
    abort.current?.abort();
    onClose();
  };
  return (
    <Modal opened onClose={cancel} title="Import a file" size="lg" closeOnClickOutside={false}>
      <form className={classes.stack} onSubmit={form.onSubmit} noValidate>
        <FormProblem problem={form.problem} />
        <FileField file={file} onChoose={choose} />
        <TextInput label="Name of the dataset" {...form.fields.getInputProps("name")} />
        <Textarea
          label="What it holds"
          description="For those who find it later."
          autosize
          minRows={2}
          maxRows={6}
          {...form.fields.getInputProps("description")}
        />
        <Radio.Group label="Who may read it" {...form.fields.getInputProps("visibility")}>
          <div className={classes.stack} style={{ gap: 8, marginTop: 8 }}>
            <Radio value="private" label="Only me, and whom I share it with" />
            <Radio value="workspace" label="Everybody in the workspace who may read datasets" />
          </div>
        </Radio.Group>
        {progress !== undefined && <Sending progress={progress} />}
        <div className={classes.buttons}>
          <Button variant="default" onClick={cancel}>
            Cancel
          </Button>
          <Button type="submit" loading={form.sending} disabled={file === undefined}>
            Import
          </Button>
        </div>
      </form>
    </Modal>
  );
}

function FileField({ file, onChoose }: { readonly file: File | undefined; readonly onChoose: (file: File | null | undefined) => void }) {
  const format = useFormat();
  const [over, setOver] = useState(false);
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    onChoose(event.dataTransfer.files[0]);
  };
  const enter = (event: DragEvent) => {
    event.preventDefault();
    setOver(true);
  };
  return (
    <div className={own.file} data-over={over || undefined} onDragOver={enter} onDragLeave={() => setOver(false)} onDrop={drop}>
      <span className={own.fileName}>{file === undefined ? "Drop a file here, or" : file.name}</span>
      {file !== undefined && <span className="g-soft">{format.bytes(file.size)}</span>}
      <FileButton onChange={onChoose} accept={IMPORTED_KINDS}>
        {(props) => (
          <Button {...props} variant="default" size="xs">
            {file === undefined ? "Choose a file" : "Choose another"}
          </Button>
        )}
      </FileButton>
    </div>
  );
}

function Sending({ progress }: { readonly progress: UploadProgress }) {
  const format = useFormat();
  return (
    <div role="status">
      <Meter done={progress.sent} total={progress.total} label="Sending" />
      <p className="g-soft" style={{ margin: "4px 0 0", fontSize: "0.8125rem" }}>
        {progress.sent < progress.total ? `${format.bytes(progress.sent)} of ${format.bytes(progress.total)} sent` : "Sent; waiting for the answer"}
      </p>
    </div>
  );
}
