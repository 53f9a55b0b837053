import type { Transformation } from "@granary/protocol";
import { Button, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import Trash from "lucide-react/icons/trash-2";
import { type ReactNode, useMemo } from "react";
import {
  transformationQuery,
  transformationVersionsQuery,
  useCreateTransformation,
  useDeleteTransformation,
  useUpdateTransformation,
} from "../../api/functions.ts";
import { rowsOf } from "../../api/list.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { type Column, DataList } from "../../kit/data-list.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { type ApiForm, FormProblem, useApiForm } from "../../kit/form.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Page, PageHeader } from "../../kit/page-header.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { Tabs } from "../../kit/tabs.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useVersionedForm, VersionedProblem } from "../../kit/versioned-form.tsx";
import { useCrumb, useSlug } from "../../shell/index.ts";
import people from "../people/people.module.css";
import { DefinitionEditor } from "./definition-editor.tsx";
import { draftOf, type FunctionDraft, inLanguage, startDraft } from "./function-draft.ts";
import { type functionSearch, LANGUAGES } from "./function-words.ts";
import classes from "./functions.module.css";
import { TryPanel } from "./try-panel.tsx";

/** A new function, from one that works. */
export function NewFunctionPage() {
  const create = useCreateTransformation();
  const navigate = useNavigate();
  const slug = useSlug();
  useCrumb("New function");
  const initial = useMemo(() => startDraft("sql"), []);
  const form = useApiForm<FunctionDraft>({
    initial,
    send: async (body) => {
      const made = await create.mutateAsync(body);
      toastDone(`${made.name} is kept`, "Every expression can call it now.");
      await navigate({ to: `/w/${slug}/functions/${made.id}` as "/" });
    },
  });
  return (
    <Page>
      <PageHeader title="New function" text="Write it, try it, keep it; pipelines call it by its name." />
      <FunctionForm form={form} isNew isReadOnly={false} action="Keep it" above={<FormProblem problem={form.problem} />} />
    </Page>
  );
}

const route = getRouteApi("/w/$workspace/functions/$function");

/** One own function: its definition, samples, tests and versions. */
export function FunctionPage() {
  const { function: address } = route.useParams();
  const { tab = "definition" } = route.useSearch() as ReturnType<typeof functionSearch>;
  const navigate = route.useNavigate();
  const { data } = useSuspenseQuery(transformationQuery(address));
  useCrumb(data.name);
  return (
    <Page>
      <PageHeader
        title={data.title === "" ? data.name : data.title}
        text={<code>{data.signature}</code>}
        beside={<Label>{LANGUAGES[data.language]}</Label>}
        actions={data.can.delete && <Removal transformation={data} />}
      />
      <Tabs
        label="Function"
        tabs={[
          { value: "definition", title: "Definition" },
          { value: "versions", title: `Versions ${data.documentVersion}` },
        ]}
        value={tab}
        onChange={(value) => void navigate({ search: (value === "versions" ? { tab: value } : {}) as never, replace: true })}
      />
      {tab === "versions" ? <Versions transformation={data} /> : <Edit transformation={data} />}
    </Page>
  );
}

function Removal({ transformation }: { readonly transformation: Transformation }) {
  const confirm = useConfirm();
  const remove = useDeleteTransformation();
  const navigate = useNavigate();
  const slug = useSlug();
  const ask = () =>
    confirm({
      title: `Delete ${transformation.name}`,
      text: "Its versions go with it. A function that pipelines use is not deleted.",
      action: "Delete",
      danger: true,
      run: async () => {
        await remove.mutateAsync(transformation.id);
        toastDone(`${transformation.name} is deleted`);
        await navigate({ to: `/w/${slug}/functions` as "/", search: { tab: "own" } as never });
      },
    });
  return (
    <Button variant="default" color="red" leftSection={<Trash size={15} />} onClick={ask}>
      Delete
    </Button>
  );
}

function Edit({ transformation }: { readonly transformation: Transformation }) {
  const update = useUpdateTransformation();
  const stored = useMemo(() => draftOf(transformation), [transformation]);
  const form = useVersionedForm<FunctionDraft>({
    version: transformation.version,
    stored,
    words: {
      name: { label: "Name" },
      title: { label: "Title" },
      category: { label: "Category" },
      description: { label: "Description" },
      language: { label: "Language" },
      definition: { label: "Definition", say: () => "see the form" },
    },
    send: async ({ title, category, description, definition }, version) => {
      const after = await update.mutateAsync({ params: { transformation: transformation.id }, body: { title, category, description, definition }, version });
      toastDone("Saved", after.documentVersion > transformation.documentVersion ? `It is version ${after.documentVersion} now.` : undefined);
    },
  });
  return <FunctionForm form={form} isReadOnly={!transformation.can.update} action="Save" above={<VersionedProblem form={form} />} />;
}

interface FunctionFormProps {
  readonly form: ApiForm<FunctionDraft>;
  readonly isNew?: boolean;
  readonly isReadOnly: boolean;
  readonly action: string;
  readonly above: ReactNode;
}

function FunctionForm({ form, isNew = false, isReadOnly, action, above }: FunctionFormProps) {
  const { fields } = form;
  const draft = fields.values;
  const setDefinition = (definition: FunctionDraft["definition"]) => fields.setFieldValue("definition", definition as never);
  return (
    <form className={classes.form} onSubmit={form.onSubmit} noValidate>
      {above}
      <Panel title="About">
        <div className={classes.about}>
          {isNew && (
            <>
              <TextInput label="Name" description="What expressions call, such as clean_name" withAsterisk {...fields.getInputProps("name")} />
              <div>
                <span className={classes.legend} id="language">
                  Language
                </span>
                <SegmentedControl
                  size="xs"
                  aria-labelledby="language"
                  data={Object.entries(LANGUAGES).map(([value, label]) => ({ value, label }))}
                  value={draft.language}
                  onChange={(value) => fields.setValues(inLanguage(draft, value as FunctionDraft["language"]))}
                />
              </div>
            </>
          )}
          <TextInput label="Title" disabled={isReadOnly} {...fields.getInputProps("title")} />
          <TextInput label="Category" disabled={isReadOnly} {...fields.getInputProps("category")} />
          <Textarea label="What it does" autosize minRows={1} maxRows={5} disabled={isReadOnly} {...fields.getInputProps("description")} />
        </div>
      </Panel>
      <div className={classes.columns}>
        <div>
          <DefinitionEditor language={draft.language} definition={draft.definition} onChange={setDefinition} isReadOnly={isReadOnly} />
          {fields.errors["definition"] !== undefined && (
            <p className={classes.fault} role="alert">
              {fields.errors["definition"]}
            </p>
          )}
        </div>
        <TryPanel draft={draft} onTests={(tests) => setDefinition({ ...draft.definition, tests })} isReadOnly={isReadOnly} />
      </div>
      {!isReadOnly && (
        <div className={classes.buttons}>
          <Button type="submit" loading={form.sending}>
            {action}
          </Button>
        </div>
      )}
    </form>
  );
}

interface VersionRow {
  readonly number: number;
  readonly definition: FunctionDraft["definition"];
  readonly author: string | null;
  readonly note: string;
  readonly createdAt: string;
}

function Versions({ transformation }: { readonly transformation: Transformation }) {
  const query = useInfiniteQuery(transformationVersionsQuery(transformation.id));
  const columns: readonly Column<VersionRow>[] = [
    { id: "number", header: "Version", width: "90px", primary: true, cell: ({ number }) => number },
    { id: "body", header: "Definition", cell: ({ definition, note }) => <Body text={definition.body} note={note} /> },
    { id: "author", header: "By", width: "160px", cell: ({ author }) => author ?? "somebody who has left" },
    { id: "at", header: "Kept", width: "140px", cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
  ];
  return (
    <div className={people.frame}>
      <DataList
        label="Versions"
        columns={columns}
        rows={rowsOf(query.data)}
        rowId={({ number }) => String(number)}
        rowName={({ number }) => `version ${number}`}
        error={query.error}
        onRetry={() => void query.refetch()}
        more={moreOf(query)}
        empty={<EmptyState small title="No version" text="Each change of the definition is kept here." />}
      />
    </div>
  );
}

function Body({ text, note }: { readonly text: string; readonly note: string }) {
  return (
    <span className={classes.words}>
      <code className={classes.body}>{text}</code>
      {note !== "" && <em>{note}</em>}
    </span>
  );
}
