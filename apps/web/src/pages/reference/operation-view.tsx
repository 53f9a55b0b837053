import ChevronRight from "lucide-react/icons/chevron-right";
import { Fragment, useEffect, useState } from "react";
import type { JsonSchema, Operation, Parameter } from "../../api/reference.ts";
import { Examples } from "./examples.tsx";
import { anchorOf } from "./operation-anchor.ts";
import classes from "./reference.module.css";
import { SchemaView } from "./schema-view.tsx";
import { TryIt } from "./try-it.tsx";

interface OperationViewProps {
  readonly operation: Operation;
  readonly schemas: Readonly<Record<string, JsonSchema>>;
}

/** One operation: closed it is a line, open it is all there is to know. A link to it opens it. */
export function OperationView({ operation, schemas }: OperationViewProps) {
  const anchor = anchorOf(operation);
  const [open, setOpen] = useState(() => location.hash === `#${anchor}`);
  useEffect(() => {
    const follow = () => {
      if (location.hash === `#${anchor}`) setOpen(true);
    };
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, [anchor]);
  return (
    <article id={anchor} className={classes.operation} data-open={open || undefined}>
      <h3 className={classes.line}>
        <button type="button" className={classes.toggle} aria-expanded={open} onClick={() => setOpen(!open)}>
          <ChevronRight size={14} aria-hidden="true" className={classes.chevron} />
          <span className={classes.method} data-method={operation.method}>
            {operation.method}
          </span>
          <code className={classes.path}>{operation.path}</code>
          <span className={classes.summary}>{operation.summary}</span>
        </button>
      </h3>
      {open && <Details operation={operation} schemas={schemas} />}
    </article>
  );
}

/** Text of the contract, with its `code` marked. */
function Said({ text }: { readonly text: string }) {
  return text.split("\n\n").map((paragraph) => (
    <p key={paragraph} className={classes.said}>
      {paragraph
        .split("`")
        .map((part, index) => (index % 2 === 1 ? <code key={`${index}-${part}`}>{part}</code> : <Fragment key={`${index}-${part}`}>{part}</Fragment>))}
    </p>
  ));
}

function Details({ operation, schemas }: OperationViewProps) {
  const body = Object.entries(operation.requestBody?.content ?? {})[0];
  return (
    <div className={classes.details}>
      <Said text={operation.description} />
      <div className={classes.split}>
        <div>
          <Parameters parameters={operation.parameters} />
          {body !== undefined && (
            <>
              <h4 className={classes.part}>
                Body <code className="g-soft">{body[0]}</code>
              </h4>
              <SchemaView schema={body[1].schema} schemas={schemas} />
            </>
          )}
          <h4 className={classes.part}>Answers</h4>
          {Object.entries(operation.responses).map(([status, response]) => {
            const schema = Object.values(response.content ?? {})[0]?.schema;
            return (
              <details key={status} className={classes.answer}>
                <summary>
                  <code data-status={status.charAt(0)}>{status}</code>{" "}
                  {Number(status) < 400 ? response.description : `${response.description.split("\n\n").length} codes`}
                </summary>
                {Number(status) >= 400 ? <Said text={response.description} /> : schema !== undefined && <SchemaView schema={schema} schemas={schemas} />}
              </details>
            );
          })}
        </div>
        <div className={classes.right}>
          <Examples operation={operation} schemas={schemas} />
          <TryIt operation={operation} schemas={schemas} />
        </div>
      </div>
    </div>
  );
}

function Parameters({ parameters }: { readonly parameters: readonly Parameter[] }) {
  if (parameters.length === 0) return null;
  return (
    <>
      <h4 className={classes.part}>Parameters</h4>
      <dl className={classes.properties}>
        {parameters.map(({ name, in: place, required, description, schema }) => (
          <div key={`${place} ${name}`} className={classes.property}>
            <dt>
              <code>{name}</code> <span className="g-soft">{place}</span> {required && <span className={classes.required}>required</span>}
            </dt>
            <dd>
              <SchemaView schema={schema} schemas={{}} inline />
              {description !== undefined && <span> {description}</span>}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}
