import type { ApiError } from "@granary/client";
import { useParams } from "@tanstack/react-router";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { AskForm } from "./ask-form.tsx";

/** Instead of a dataset that is not shared with whoever has its address, but may be asked for. */
export default function NotSharedPage({ error }: { readonly error: ApiError }) {
  const { dataset = "" } = useParams({ strict: false }) as { dataset?: string };
  return (
    <Page narrow>
      <PageHeader title="Ask for access" text={error.message} />
      <Panel title="Your request" text="The owner is told at once, decides, and you are told in turn.">
        <AskForm datasetId={dataset} owner={undefined} />
      </Panel>
    </Page>
  );
}
