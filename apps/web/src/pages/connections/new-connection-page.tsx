import type { ConfigValues, ConnectorKind, ConnectorSpec } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import ArrowLeft from "lucide-react/icons/arrow-left";
import FileCode from "lucide-react/icons/file-code";
import { useState } from "react";
import { connectorKindsQuery, useCreateConnection, useTestConnection } from "../../api/connections.ts";
import { sentValues, startValues } from "../../kit/config-form/index.ts";
import { useApiForm } from "../../kit/form.tsx";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import { ConnectionForm, type ConnectionValues } from "./connection-form.tsx";
import type { newConnectionSearch } from "./connection-words.ts";
import classes from "./connections.module.css";
import { KindIcon } from "./kind-icon.tsx";
import { type ChosenEndpoint, OpenApiPanel } from "./openapi-panel.tsx";

const route = getRouteApi("/w/$workspace/connections/new");

type Search = ReturnType<typeof newConnectionSearch>;

interface Draft {
  readonly name: string;
  readonly config: ConfigValues;
  readonly endpoint: ChosenEndpoint | undefined;
}

const NOTHING: Draft = { name: "", config: {}, endpoint: undefined };

/** A new connection: choose what it is, say where it is, test, save. */
export function NewConnectionPage() {
  const search = route.useSearch() as Search;
  const navigate = route.useNavigate();
  const { data } = useSuspenseQuery(connectorKindsQuery());
  const [draft, setDraft] = useState<Draft>(NOTHING);
  useCrumb("New connection");
  const spec = data.items.find(({ kind }) => kind === search.kind);
  const go = (to: Search) => void navigate({ search: to as never });
  if (spec !== undefined) return <Create key={spec.kind} spec={spec} draft={draft} onBack={() => go({})} />;
  return (
    <Page>
      <PageHeader title="Connect a source" text="Choose what to connect. What can be read from it is found by itself." />
      <ul className={classes.gallery} aria-label="Kinds of systems">
        {data.items.map((item) => (
          <li key={item.kind}>
            <KindCard spec={item} />
          </li>
        ))}
      </ul>
      <OpenApiPanel
        isOpen={search.openapi === "1"}
        onOpen={() => go({ openapi: "1" })}
        onUse={(title, config, endpoint) => {
          setDraft({ name: title, config, endpoint });
          go({ kind: "rest" });
        }}
        icon={<FileCode size={18} aria-hidden="true" />}
      />
    </Page>
  );
}

function KindCard({ spec }: { readonly spec: ConnectorSpec }) {
  const slug = useSlug();
  const roles = { source: "reads", destination: "writes" } as const;
  return (
    <Link to={`/w/${slug}/connections/new` as "/"} search={{ kind: spec.kind } as never} className={classes.kind}>
      <KindIcon kind={spec.kind} size={22} />
      <span className={classes.kindWords}>
        <span className={classes.kindTitle}>{spec.title}</span>
        <span className={classes.kindText}>{spec.text}</span>
        <span className={classes.kindRoles}>
          {spec.roles.map((role) => (
            <Label key={role}>{roles[role]}</Label>
          ))}
        </span>
      </span>
    </Link>
  );
}

function Create({ spec, draft, onBack }: { readonly spec: ConnectorSpec; readonly draft: Draft; readonly onBack: () => void }) {
  const slug = useSlug();
  const navigate = useNavigate();
  const create = useCreateConnection();
  const test = useTestConnection();
  const [initial] = useState(() => ({ name: draft.name, description: "", config: startValues(spec.config, draft.config) }));
  const form = useApiForm<ConnectionValues>({
    initial,
    send: async ({ name, description, config }) => {
      const made = await create.mutateAsync({ name, description, kind: spec.kind as ConnectorKind, config: sentValues(spec.config, config) });
      toastDone(`${made.name} is connected`);
      // Its health is known from the beginning; a test that fails is told there.
      test.mutate(made.id);
      const { endpoint } = draft;
      await navigate({
        to: `/w/${slug}/connections/${made.id}` as "/",
        search: { tab: "streams", ...(endpoint !== undefined && { stream: endpoint.name, config: endpoint.config }) } as never,
      });
    },
  });
  return (
    <Page narrow>
      <PageHeader
        title={spec.title}
        text={spec.text}
        actions={
          <Button variant="default" leftSection={<ArrowLeft size={15} />} onClick={onBack}>
            Other kinds
          </Button>
        }
      />
      <ConnectionForm spec={spec} form={form} action="Save" />
    </Page>
  );
}
