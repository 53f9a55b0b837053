import { Select } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { connectionsQuery, connectorKindsQuery } from "../../../api/connections.ts";
import { itemsOf } from "../../../api/list.ts";
import { useSlug } from "../../../shell/index.ts";
import { useFaultText, usePanel } from "../panels/panel-context.ts";
import classes from "./fields.module.css";

interface ConnectionSelectProps {
  readonly path: string;
  readonly role: "source" | "destination";
  readonly value: string;
  readonly onChange: (name: string) => void;
}

/** A connection that data can come from, or go to. */
export function ConnectionSelect({ path, role, value, onChange }: ConnectionSelectProps) {
  const { mayEdit } = usePanel();
  const slug = useSlug();
  const query = useInfiniteQuery(connectionsQuery({}));
  const kinds = useQuery(connectorKindsQuery()).data?.items ?? [];
  const error = useFaultText(path);
  const fits = itemsOf(query.data).filter(({ kind }) => kinds.find((spec) => spec.kind === kind)?.roles.includes(role) ?? false);
  const known = fits.some(({ name, id }) => name === value || id === value);
  const data = fits.map(({ name, kind }) => ({ value: name, label: `${name} · ${kinds.find((spec) => spec.kind === kind)?.title ?? kind}` }));
  return (
    <>
      <Select
        size="xs"
        data-path={path}
        label="Connection"
        placeholder="Choose a connection"
        readOnly={!mayEdit}
        searchable
        allowDeselect={false}
        nothingFoundMessage="No connection of this name"
        data={known || value === "" ? data : [{ value, label: value }, ...data]}
        value={value === "" ? null : (fits.find(({ id }) => id === value)?.name ?? value)}
        onChange={(name) => name !== null && onChange(name)}
        {...(error === undefined ? {} : { error })}
      />
      {query.data !== undefined && data.length === 0 && (
        <p className={classes.text}>
          There is no connection yet. <Link to={`/w/${slug}/connections` as "/"}>Connect a system</Link>
        </p>
      )}
    </>
  );
}
