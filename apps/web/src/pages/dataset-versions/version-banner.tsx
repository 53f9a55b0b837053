import type { Dataset, DatasetVersion } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { versionQuery } from "../../api/dataset-versions.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { useRestore } from "./use-restore.tsx";
import classes from "./versions.module.css";

interface VersionBannerProps {
  readonly dataset: Dataset;
  /** A number or name. */
  readonly version: string;
  readonly onNewest: () => void;
  readonly onCompare: (from: number, to: number) => void;
}

/** Says that the page shows an older version, and leads back. */
export function VersionBanner({ dataset, version: asked, onNewest, onCompare }: VersionBannerProps) {
  const { data: version, error } = useQuery(versionQuery(dataset.id, asked));
  const restore = useRestore(dataset, onNewest);
  const newest = (
    <Button variant="default" size="xs" onClick={onNewest}>
      Go to the newest
    </Button>
  );
  return (
    <div className={classes.banner} role="status">
      {error === null ? <Sentence asked={asked} version={version} name={dataset.name} /> : <ErrorNote error={error} />}
      {version?.isNewest === false && version.isKept && (
        <Button variant="subtle" color="gray" size="xs" onClick={() => onCompare(version.number, dataset.dataVersion)}>
          Compare with the newest
        </Button>
      )}
      {version?.can.restore === true && (
        <Button variant="subtle" color="gray" size="xs" onClick={() => restore(version)}>
          Restore
        </Button>
      )}
      {newest}
    </div>
  );
}

interface SentenceProps {
  readonly asked: string;
  /** Undefined while it is asked for. */
  readonly version: DatasetVersion | undefined;
  readonly name: string;
}

function Sentence({ asked, version, name }: SentenceProps) {
  return (
    <p>
      You look at <strong>version {version?.number ?? asked}</strong>
      {version?.names.map((given) => `, “${given}”`)} of {name}
      {version !== undefined && (
        <>
          , made <RelativeTime at={version.at} />
          {version.by === null ? "" : ` by ${version.by.name}`}
        </>
      )}
      .{version?.isKept === false && " Its rows are not kept any more."}
    </p>
  );
}
