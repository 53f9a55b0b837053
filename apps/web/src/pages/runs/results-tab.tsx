import type { Run } from "@granary/protocol";
import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { downloadRunFile } from "../../api/runs.ts";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { useFormat } from "../../kit/format.tsx";
import { toastError } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";

type Result = Run["results"][number];

const KINDS = { version: "New version", change: "Change request", file: "File", delivery: "Delivery" } as const satisfies Record<Result["kind"], string>;

function versionsText({ version, previousVersion }: Result): string {
  if (version === null) return "";
  return previousVersion === null ? `version ${version}, the first` : `version ${previousVersion} → ${version}`;
}

/** What came of a run, each with the way to it. */
export function ResultsTab({ run }: { readonly run: Run }) {
  const format = useFormat();
  const columns: readonly Column<Result>[] = [
    { id: "label", header: "Result", primary: true, cell: (result) => <ResultLink run={run} result={result} /> },
    { id: "kind", header: "Kind", width: "160px", cell: ({ kind }) => KINDS[kind] },
    { id: "versions", header: "Versions", width: "200px", cell: versionsText },
    { id: "node", header: "Step", width: "160px", cell: ({ node }) => <span className="g-mono">{node}</span> },
    { id: "rows", header: "Rows", width: "120px", align: "right", cell: ({ rows }) => format.number(rows) },
  ];
  return (
    <div className={people.frame}>
      <DataList
        label="Results"
        columns={columns}
        rows={run.results}
        rowId={({ node, label }) => `${node} ${label}`}
        rowName={({ label }) => label}
        empty={
          <EmptyState
            small
            title="Nothing was published"
            text="Versions, files, change requests and deliveries of this run appear here once it has ended well."
          />
        }
      />
    </div>
  );
}

function ResultLink({ run, result }: { readonly run: Run; readonly result: Result }) {
  const slug = useSlug();
  const { kind, datasetId, changeId, version, label, node } = result;
  if (kind === "file")
    return (
      <Button
        variant="default"
        size="compact-xs"
        onClick={() => void downloadRunFile(run.id, node, label).catch((error: unknown) => toastError("Not downloaded", error))}
      >
        Download {label}
      </Button>
    );
  if (changeId !== null)
    return (
      <Link to={`/w/${slug}/changes/${changeId}` as "/"} className={people.link}>
        {label}
      </Link>
    );
  if (datasetId !== null)
    return (
      <Link to={`/w/${slug}/datasets/${datasetId}` as "/"} search={(version === null ? {} : { version: String(version) }) as never} className={people.link}>
        {label}
      </Link>
    );
  return label;
}
