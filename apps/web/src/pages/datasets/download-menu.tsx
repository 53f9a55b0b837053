import type { Dataset, DownloadFormat } from "@granary/protocol";
import { Button, Checkbox, Popover, Radio, Select } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import Download from "lucide-react/icons/download";
import { useState } from "react";
import { type DownloadOptions, type SortedChoice, useDownloadRows, useOrderDownload } from "../../api/dataset-rows.ts";
import { toastDone, toastError } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "./rows.module.css";

const FORMATS: readonly { readonly value: DownloadFormat; readonly label: string }[] = [
  { value: "csv", label: "CSV" },
  { value: "xlsx", label: "Excel" },
  { value: "parquet", label: "Parquet" },
  { value: "json", label: "JSON" },
  { value: "ndjson", label: "NDJSON, one object a line" },
];

const DELIMITERS = [
  { value: "comma", label: "Comma" },
  { value: "semicolon", label: "Semicolon" },
  { value: "tab", label: "Tab" },
  { value: "pipe", label: "Pipe" },
];

interface DownloadMenuProps {
  readonly dataset: Dataset;
  /** What the page shows. */
  readonly choice: SortedChoice;
}

/** Takes rows out as a file: what is shown, or everything. */
export function DownloadMenu({ dataset, choice }: DownloadMenuProps) {
  const [opened, setOpened] = useState(false);
  const [options, setOptions] = useState<DownloadOptions>({ format: "csv" });
  const [scope, setScope] = useState<"shown" | "all">("shown");
  const slug = useSlug();
  const download = useDownloadRows();
  const order = useOrderDownload();
  const { filter, q, columns, batch, sort } = choice;
  const isChoice = [filter, q, columns, batch, sort].some((part) => part !== undefined);
  const request = { dataset: dataset.id, name: dataset.name, options, choice: scope === "shown" ? choice : { version: choice.version } };
  const close = () => setOpened(false);
  const begin = () => download.mutate(request, { onSuccess: close, onError: (error) => toastError("Nothing was downloaded", error) });
  const beginLater = () =>
    order.mutate(request, {
      onSuccess: ({ fileName }) => {
        close();
        toastDone("The file is being made", `You are notified when ${fileName} can be fetched.`);
      },
      onError: (error) => toastError("No file is being made", error),
    });
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" width={336} trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" size="xs" leftSection={<Download size={14} />} onClick={() => setOpened((was) => !was)}>
          Download
        </Button>
      </Popover.Target>
      <Popover.Dropdown aria-label="Download">
        <div className={classes.editor}>
          {isChoice && (
            <Radio.Group label="Rows and columns" size="xs" value={scope} onChange={(value) => setScope(value === "all" ? "all" : "shown")}>
              <Radio size="xs" mt={6} value="shown" label="What is shown" />
              <Radio size="xs" mt={6} value="all" label="Everything" />
            </Radio.Group>
          )}
          <Select
            label="Format"
            size="xs"
            data={FORMATS}
            value={options.format ?? "csv"}
            allowDeselect={false}
            onChange={(value) => setOptions({ format: (value ?? "csv") as DownloadFormat })}
            comboboxProps={{ withinPortal: false }}
          />
          {options.format === "csv" && <CsvOptions options={options} onChange={setOptions} />}
          {options.format === "xlsx" && <p className="g-soft">Ids, keys and long numbers stay exact: they are written as text. At most 1,048,575 rows.</p>}
          <Link to={`/w/${slug}/downloads` as "/"} search={(dataset.level === "owner" ? { dataset: dataset.id } : { q: dataset.name }) as never}>
            {dataset.level === "owner" ? "Who downloaded from it" : "Your earlier downloads"}
          </Link>
          <div className={classes.editorEnd}>
            <Button variant="subtle" color="gray" size="xs" loading={order.isPending} onClick={beginLater}>
              In the background
            </Button>
            <Button size="xs" loading={download.isPending} onClick={begin}>
              Save file
            </Button>
          </div>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}

function CsvOptions({ options, onChange }: { readonly options: DownloadOptions; readonly onChange: (options: DownloadOptions) => void }) {
  return (
    <>
      <Select
        label="Between values"
        size="xs"
        data={DELIMITERS}
        value={options.delimiter ?? "comma"}
        allowDeselect={false}
        onChange={(value) => onChange({ ...options, delimiter: (value ?? "comma") as NonNullable<DownloadOptions["delimiter"]> })}
        comboboxProps={{ withinPortal: false }}
      />
      <Checkbox
        size="xs"
        label="Names in the first line"
        checked={options.header ?? true}
        onChange={(event) => onChange({ ...options, header: event.currentTarget.checked })}
      />
      <Checkbox
        size="xs"
        label="For Excel: mark the file as UTF-8"
        checked={options.bom ?? false}
        onChange={(event) => onChange({ ...options, bom: event.currentTarget.checked })}
      />
      <Checkbox
        size="xs"
        label="For spreadsheets: no text is taken for a formula"
        checked={options.spreadsheetSafe ?? false}
        onChange={(event) => onChange({ ...options, spreadsheetSafe: event.currentTarget.checked })}
      />
    </>
  );
}
