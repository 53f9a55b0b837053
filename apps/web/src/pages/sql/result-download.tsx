import type { DownloadFormat, SqlQuery } from "@granary/protocol";
import { Button, Menu } from "@mantine/core";
import Download from "lucide-react/icons/download";
import { useDownloadResult } from "../../api/sql.ts";
import { toastError } from "../../kit/toast.tsx";

interface Choice {
  readonly label: string;
  readonly options: { readonly format: DownloadFormat; readonly bom?: string; readonly spreadsheetSafe?: string };
}

const CHOICES: readonly Choice[] = [
  { label: "CSV", options: { format: "csv" } },
  { label: "CSV for spreadsheets", options: { format: "csv", bom: "true", spreadsheetSafe: "true" } },
  { label: "Excel", options: { format: "xlsx" } },
  { label: "Parquet", options: { format: "parquet" } },
  { label: "JSON", options: { format: "json" } },
  { label: "NDJSON, one object a line", options: { format: "ndjson" } },
];

/** Takes the rows of a result out as a file, without running the query again. */
export function ResultDownload({ query }: { readonly query: SqlQuery }) {
  const download = useDownloadResult();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button variant="default" size="xs" leftSection={<Download size={14} />} loading={download.isPending}>
          Download
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {CHOICES.map(({ label, options }) => (
          <Menu.Item
            key={label}
            onClick={() => download.mutate({ query: query.id, options }, { onError: (error) => toastError("Nothing was downloaded", error) })}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
