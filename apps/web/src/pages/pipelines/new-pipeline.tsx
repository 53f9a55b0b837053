import type { ConfigSchema, ConfigValues, GraphFault, PipelineDocument } from "@granary/protocol";
import { Button, FileButton, Modal, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import FileUp from "lucide-react/icons/file-up";
import LayoutTemplate from "lucide-react/icons/layout-template";
import SquarePen from "lucide-react/icons/square-pen";
import { type ReactNode, useMemo, useState } from "react";
import { templatesQuery, useCreatePipeline, useFillTemplate, useReadPipelineFile } from "../../api/pipelines.ts";
import { checkConfig, ConfigForm, configIssues, sentValues, startValues } from "../../kit/config-form/index.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "./pipelines.module.css";

interface Template {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly config: unknown;
}

type Step =
  | { readonly kind: "choose" }
  | { readonly kind: "template"; readonly template: Template }
  | { readonly kind: "ready"; readonly document: PipelineDocument; readonly faults: readonly GraphFault[] };

const TITLES = { choose: "New pipeline", ready: "Keep this pipeline" } as const;

/** How to begin: an empty canvas, a file from git, or a template with a form in front. */
export function NewPipeline({ onClose }: { readonly onClose: () => void }) {
  const [step, setStep] = useState<Step>({ kind: "choose" });
  const back = () => setStep({ kind: "choose" });
  const ready = (document: PipelineDocument, faults: readonly GraphFault[]) => setStep({ kind: "ready", document, faults });
  return (
    <Modal opened onClose={onClose} title={step.kind === "template" ? step.template.title : TITLES[step.kind]} size="lg">
      {step.kind === "choose" && <Choices onTemplate={(template) => setStep({ kind: "template", template })} onFile={ready} />}
      {step.kind === "template" && <TemplateForm template={step.template} onBack={back} onReady={(document) => ready(document, [])} />}
      {step.kind === "ready" && <Ready document={step.document} faults={step.faults} onBack={back} />}
    </Modal>
  );
}

interface ChoicesProps {
  readonly onTemplate: (template: Template) => void;
  readonly onFile: (document: PipelineDocument, faults: readonly GraphFault[]) => void;
}

function Choices({ onTemplate, onFile }: ChoicesProps) {
  const slug = useSlug();
  const templates = useQuery(templatesQuery());
  const read = useReadPipelineFile();
  const take = async (file: File | null) => {
    if (file === null) return;
    const text = await file.text();
    read.mutate(text, { onSuccess: ({ document, faults }) => onFile(document, faults) });
  };
  return (
    <div className={classes.stack}>
      {read.error !== null && <ErrorNote error={read.error} />}
      <ul className={classes.gallery} aria-label="Ways to begin">
        <li>
          <Link to={`/w/${slug}/pipelines/new` as "/"} className={classes.way}>
            <Way icon={<SquarePen size={18} aria-hidden="true" />} title="Empty canvas" text="Choose sources and draw every step yourself." />
          </Link>
        </li>
        <li>
          <FileButton onChange={(file) => void take(file)} accept=".yaml,.yml,.json">
            {(props) => (
              <button type="button" className={classes.way} {...props}>
                <Way
                  icon={<FileUp size={18} aria-hidden="true" />}
                  title="From a file"
                  text={read.isPending ? "Reading it…" : "A pipeline as YAML or JSON, such as one kept in git."}
                />
              </button>
            )}
          </FileButton>
        </li>
        {templates.data?.items.map((template) => (
          <li key={template.id}>
            <button type="button" className={classes.way} onClick={() => onTemplate(template)}>
              <Way icon={<LayoutTemplate size={18} aria-hidden="true" />} title={template.title} text={template.text} />
            </button>
          </li>
        ))}
      </ul>
      {templates.error !== null && <ErrorNote error={templates.error} onRetry={() => void templates.refetch()} />}
    </div>
  );
}

function Way({ icon, title, text }: { readonly icon: ReactNode; readonly title: string; readonly text: string }) {
  return (
    <>
      <span className={classes.wayIcon}>{icon}</span>
      <span className={classes.wayWords}>
        <span className={classes.wayTitle}>{title}</span>
        <span className={classes.wayText}>{text}</span>
      </span>
    </>
  );
}

interface TemplateFormProps {
  readonly template: Template;
  readonly onBack: () => void;
  readonly onReady: (document: PipelineDocument) => void;
}

function TemplateForm({ template, onBack, onReady }: TemplateFormProps) {
  const schema = template.config as ConfigSchema;
  const [values, setValues] = useState<ConfigValues>(() => startValues(schema));
  const [isTried, setTried] = useState(false);
  const fill = useFillTemplate();
  const issues = useMemo(() => configIssues(fill.error, "values"), [fill.error]);
  const send = () => {
    setTried(true);
    if (checkConfig(schema, values).length > 0) return;
    fill.mutate({ template: template.id, values: sentValues(schema, values) }, { onSuccess: ({ document }) => onReady(document) });
  };
  return (
    <form
      className={classes.stack}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <p className={classes.note}>{template.text}</p>
      {fill.error !== null && <ErrorNote error={fill.error} />}
      <ConfigForm schema={schema} values={values} onChange={setValues} issues={issues} isTried={isTried} />
      <div className={classes.buttons}>
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button type="submit" loading={fill.isPending}>
          Go on
        </Button>
      </div>
    </form>
  );
}

interface ReadyProps {
  readonly document: PipelineDocument;
  readonly faults: readonly GraphFault[];
  readonly onBack: () => void;
}

function Ready({ document, faults, onBack }: ReadyProps) {
  const [name, setName] = useState(document.name);
  const create = useCreatePipeline();
  const navigate = useNavigate();
  const slug = useSlug();
  const errors = faults.filter(({ severity }) => severity === "error");
  const send = () =>
    create.mutate(
      { document: { ...document, name: name.trim() } },
      {
        onSuccess: (made) => {
          toastDone(`${made.name} is kept`, "Look it over, then run it.");
          void navigate({ to: `/w/${slug}/pipelines/${made.id}/edit` as "/" });
        },
      },
    );
  return (
    <form
      className={classes.stack}
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") send();
      }}
    >
      <TextInput label="Name" value={name} maxLength={200} onChange={(event) => setName(event.currentTarget.value)} data-autofocus />
      <p className={classes.note}>
        {document.nodes.length} steps{document.triggers.length > 0 && `, ${document.triggers.length} triggers`}
        {document.parameters.length > 0 && `, ${document.parameters.length} parameters`}
      </p>
      {errors.length > 0 && (
        <div className={classes.faults}>
          <p>{errors.length === 1 ? "One thing" : `${errors.length} things`} must be corrected before it can run:</p>
          <ul>
            {errors.slice(0, 6).map(({ message, node, path }) => (
              <li key={`${node} ${path} ${message}`}>{message}</li>
            ))}
          </ul>
        </div>
      )}
      {create.error !== null && <ErrorNote error={create.error} />}
      <div className={classes.buttons}>
        <Button variant="default" onClick={onBack}>
          Back
        </Button>
        <Button type="submit" loading={create.isPending} disabled={name.trim() === ""}>
          Keep and open
        </Button>
      </div>
    </form>
  );
}
