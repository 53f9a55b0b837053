import { useQuery } from "@tanstack/react-query";
import { useParams, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import { pipelineQuery } from "../../api/pipelines.ts";
import { useMay, useSession } from "../../api/session.ts";
import { Page } from "../../kit/page-header.tsx";
import { PageSkeleton } from "../../kit/skeleton.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import { useFirstDocument } from "./first-source.ts";
import type { FirstSource } from "./new-pipeline-search.ts";
import { draftOwner } from "./saving/local-draft.ts";

const Workbench = lazy(() => import("./workbench.tsx"));

const Waiting = () => (
  <Page wide>
    <PageSkeleton />
  </Page>
);

/** The builder of a pipeline that is there. */
export function PipelineBuilderPage() {
  const { pipeline: reference = "" } = useParams({ strict: false });
  const { user } = useSession();
  const slug = useSlug();
  const { data, error } = useQuery(pipelineQuery(reference));
  useCrumb(data?.name);
  if (error !== null && data === undefined) throw error;
  if (data === undefined) return <Waiting />;
  return (
    <Suspense fallback={<Waiting />}>
      <Workbench
        key={data.id}
        pipeline={data}
        document={data.document}
        version={data.documentVersion}
        owner={draftOwner(user.id, slug, data.id)}
        mayEdit={data.can.update}
      />
    </Suspense>
  );
}

/** The builder of a pipeline that is not there yet. */
export function NewPipelinePage() {
  const { user } = useSession();
  const slug = useSlug();
  const mayEdit = useMay("pipeline:create");
  const search = useSearch({ strict: false }) as FirstSource;
  const { connection, namespace, stream } = search;
  const found = useFirstDocument(search);
  // What is drawn is not drawn over by a later answer about the source.
  const [document, setDocument] = useState(found);
  if (document === undefined && found !== undefined) setDocument(found);
  useCrumb("New pipeline");
  if (document === undefined) return <Waiting />;
  const owner = draftOwner(user.id, slug, ["new", connection, namespace, stream].filter((part) => part !== undefined).join("."));
  return (
    <Suspense fallback={<Waiting />}>
      <Workbench pipeline={undefined} document={document} version={0} owner={owner} mayEdit={mayEdit} />
    </Suspense>
  );
}
