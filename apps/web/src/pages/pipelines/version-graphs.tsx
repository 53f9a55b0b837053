import { useQuery } from "@tanstack/react-query";
import { Suspense } from "react";
import { pipelineVersionQuery } from "../../api/pipelines.ts";
import { GraphView } from "../pipeline-builder/graph-view/index.ts";
import classes from "./pipelines.module.css";

/** Two versions beside each other as graphs. */
export function VersionGraphs({ pipeline, from, to }: { readonly pipeline: string; readonly from: number; readonly to: number }) {
  return (
    <div className={classes.graphs}>
      <Side pipeline={pipeline} number={from} />
      <Side pipeline={pipeline} number={to} />
    </div>
  );
}

function Side({ pipeline, number }: { readonly pipeline: string; readonly number: number }) {
  const query = useQuery(pipelineVersionQuery(pipeline, number));
  const waits = <div className={classes.graphWaits} data-small="" aria-hidden="true" />;
  return (
    <figure className={classes.side}>
      <figcaption className={classes.note}>Version {number}</figcaption>
      {query.data === undefined ? (
        waits
      ) : (
        <Suspense fallback={waits}>
          <GraphView label={`Version ${number}`} document={query.data.document} height="260px" />
        </Suspense>
      )}
    </figure>
  );
}
