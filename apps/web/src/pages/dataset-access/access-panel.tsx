import type { Dataset, DatasetAccess } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { accessQuery } from "../../api/policies.ts";
import { useMay } from "../../api/session.ts";
import { useViewAs } from "../../api/view-as.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import { StatusBadge } from "../../kit/status-badge.tsx";
import { PersonSelect } from "../policies/person-select.tsx";
import classes from "./access.module.css";

interface Person {
  readonly id: string;
  readonly name: string;
}

/** What the reader sees of a dataset and why; for those who may know, what anybody else does. */
export function AccessPanel({ dataset }: { readonly dataset: Dataset }) {
  const [person, setPerson] = useState<Person>();
  const mayManage = useMay("policy:manage");
  const mayReadPeople = useMay("user:read");
  const mayAsk = mayReadPeople && (mayManage || dataset.level === "owner");
  const { data, error } = useQuery(accessQuery(dataset.id, person?.id));
  return (
    <Panel
      title={person === undefined ? "What you see, and why" : `What ${person.name} sees, and why`}
      text={person === undefined ? "Policies can hide columns, mask values and leave out rows." : undefined}
      actions={person !== undefined && <Actions dataset={dataset.id} person={person} level={data?.level} onBack={() => setPerson(undefined)} />}
    >
      <div className={classes.stack}>
        {mayAsk && (
          <div className={classes.person}>
            <PersonSelect label="Ask for somebody else" isLabelled onChoose={setPerson} />
          </div>
        )}
        {error !== null && <ErrorNote error={error} />}
        {data !== undefined && <Explained access={data} isOwn={person === undefined} />}
      </div>
    </Panel>
  );
}

interface ActionsProps {
  readonly dataset: string;
  readonly person: Person;
  /** Undefined while it is asked for. */
  readonly level: DatasetAccess["level"] | undefined;
  readonly onBack: () => void;
}

function Actions({ dataset, person, level, onBack }: ActionsProps) {
  const mayManage = useMay("policy:manage");
  const { view } = useViewAs(dataset);
  return (
    <>
      {mayManage && level !== undefined && level !== "none" && (
        <Button size="xs" variant="default" onClick={() => view(person)}>
          View as this person
        </Button>
      )}
      <Button size="xs" variant="subtle" color="gray" onClick={onBack}>
        Back to you
      </Button>
    </>
  );
}

const LEVELS: Readonly<Record<DatasetAccess["level"], string>> = {
  none: "no access",
  viewer: "may read it",
  contributor: "may read it and load data",
  owner: "act as owner",
};
const ROWS: Readonly<Record<DatasetAccess["rows"], string>> = { all: "all rows", some: "some rows", none: "no rows" };

function Explained({ access, isOwn }: { readonly access: DatasetAccess; readonly isOwn: boolean }) {
  const { level, because, rows, columns, filters, person } = access;
  const who = isOwn ? "You" : person.name;
  const has = level === "none" ? (isOwn ? "have" : "has") : "";
  const kept = columns.filter(({ visibility }) => visibility !== "visible");
  return (
    <>
      <p className={classes.sentence}>
        <strong>
          {who} {has} {LEVELS[level]}
        </strong>
        {level !== "none" &&
          `: ${ROWS[rows]}, ${kept.length === 0 ? "every column as it is stored" : `${columns.length - kept.length} of ${columns.length} columns as they are stored`}.`}
      </p>
      <ul className={classes.reasons}>
        {because.map(({ text, policy }) => (
          <li key={`${text} ${policy?.id ?? ""}`}>
            {isOwn
              ? text
                  .replace("They own", "You own")
                  .replace("with them, or a group of theirs", "with you, or a group of yours")
                  .replace(/^Their role/, "Your role")
              : text}
            {policy !== null && <span className="g-soft"> ({policy.name})</span>}
          </li>
        ))}
        {filters.map(({ policy, text, fault }) => (
          <li key={policy.id}>
            Only rows where {text} <span className="g-soft">({policy.name})</span>
            {fault !== null && <span className={classes.fault}>No row is shown: {fault}.</span>}
          </li>
        ))}
      </ul>
      {level !== "none" && kept.length > 0 && <KeptColumns columns={kept} />}
    </>
  );
}

function KeptColumns({ columns }: { readonly columns: DatasetAccess["columns"] }) {
  return (
    <ul className={classes.columns} aria-label="Columns that are masked or hidden">
      {columns.map(({ id, name, visibility, mask, policies }) => (
        <li key={id}>
          <span className={classes.column}>{name}</span>
          <StatusBadge tone={visibility === "hidden" ? "bad" : "info"}>{visibility === "hidden" ? "Hidden" : `Masked: ${mask ?? ""}`}</StatusBadge>
          <span className="g-soft">by {policies.map((policy) => policy.name).join(", ")}</span>
        </li>
      ))}
    </ul>
  );
}
