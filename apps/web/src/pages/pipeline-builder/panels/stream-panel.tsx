import type { DiscoveredStream } from "@granary/protocol";
import { Button, Loader, TextInput } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import Search from "lucide-react/icons/search";
import { useState } from "react";
import { connectionsQuery, connectorKindsQuery, streamsQuery } from "../../../api/connections.ts";
import { itemsOf } from "../../../api/list.ts";
import { ConfigForm, startValues } from "../../../kit/config-form/index.ts";
import { ErrorNote } from "../../../kit/error-note.tsx";
import { useFormat } from "../../../kit/format.tsx";
import { Choice, Pick } from "../fields/choice.tsx";
import { ColumnSelect, ColumnsSelect } from "../fields/column-select.tsx";
import { ConnectionSelect } from "../fields/connection-select.tsx";
import { Field } from "../fields/field.tsx";
import { type PanelProps, type SettingsOf, useFaultText, usePanel } from "./panel-context.ts";
import panelClasses from "./panels.module.css";

/** What becomes of columns the source gained, lost or retyped. */
export const DRIFT = [
  { value: "propagate", label: "Take over", text: "New and changed columns go on; the run says so." },
  { value: "ask", label: "Ask", text: "A change request proposes them; their rows wait aside." },
  { value: "stop", label: "Stop", text: "The run fails and says what changed." },
] as const;

const nameOf = ({ namespace, name }: Pick<DiscoveredStream, "namespace" | "name">): string => (namespace === null ? name : `${namespace}.${name}`);

interface StreamTreeProps {
  readonly connection: string;
  readonly chosen: string;
  readonly onChoose: (stream: DiscoveredStream) => void;
}

/** What a connection has, by namespace, with a search. */
function StreamTree({ connection, chosen, onChoose }: StreamTreeProps) {
  const [search, setSearch] = useState("");
  const format = useFormat();
  const { data, error, isPending, refetch } = useQuery(streamsQuery(connection));
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (isPending) return <Loader size="xs" aria-label="Looking what there is" />;
  const word = search.trim().toLowerCase();
  const found = data.items.filter((stream) => nameOf(stream).toLowerCase().includes(word));
  const spaces = [...new Set(found.map(({ namespace }) => namespace))];
  return (
    <div className={panelClasses.tree}>
      {data.items.length > 8 && (
        <TextInput
          size="xs"
          aria-label="Search tables"
          placeholder="Search"
          leftSection={<Search size={12} />}
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      {found.length === 0 && <p className={panelClasses.soft}>{word === "" ? "Nothing was found in this connection." : "Nothing of this name."}</p>}
      <div className={panelClasses.treeList}>
        {spaces.map((space) => (
          <section key={space ?? ""} aria-label={space ?? "Streams"}>
            {space !== null && <h4 className={panelClasses.space}>{space}</h4>}
            <ul>
              {found
                .filter(({ namespace }) => namespace === space)
                .map((stream) => (
                  <li key={nameOf(stream)}>
                    <button type="button" className={panelClasses.stream} aria-pressed={nameOf(stream) === chosen} onClick={() => onChoose(stream)}>
                      <span>{stream.name}</span>
                      <span className={panelClasses.soft}>
                        {stream.columns.length} columns{stream.rowEstimate === null ? "" : `, about ${format.number(stream.rowEstimate)} rows`}
                      </span>
                    </button>
                  </li>
                ))}
            </ul>
          </section>
        ))}
      </div>
    </div>
  );
}

/** What a connection's connector can do; undefined until it is known. */
function useSpec(reference: string) {
  const connections = itemsOf(useInfiniteQuery(connectionsQuery({})).data);
  const kinds = useQuery(connectorKindsQuery()).data?.items;
  const connection = connections.find(({ id, name }) => id === reference || name === reference);
  return kinds?.find(({ kind }) => kind === connection?.kind);
}

/** What is set when a stream is chosen: its columns, keys and likeliest cursor, as they were discovered. */
function chosenStream({ namespace, name, columns, keys, cursors }: DiscoveredStream): Partial<SettingsOf<"source_stream">> {
  const [cursor] = cursors;
  return {
    stream: { namespace, name },
    columns: [],
    keys: [...keys],
    mode: "full",
    schema: columns.map((column) => ({ name: column.name, type: column.type })),
    cursor,
  };
}

function StreamChoice({ settings, set }: PanelProps<"source_stream">) {
  const { mayEdit } = usePanel();
  const [isAsked, setAsked] = useState(false);
  const fault = useFaultText("stream.name");
  const chosen = settings.stream.name === "" ? "" : nameOf(settings.stream);
  const isChoosing = mayEdit && (isAsked || chosen === "");
  const again = chosen !== "" && mayEdit && !isChoosing && (
    <Button variant="subtle" size="compact-xs" onClick={() => setAsked(true)}>
      Choose another
    </Button>
  );
  return (
    <Field path="stream" label={chosen === "" ? "What to read" : `Reads ${chosen}`} action={again}>
      {isChoosing && (
        <StreamTree
          connection={settings.connection}
          chosen={chosen}
          onChoose={(stream) => {
            setAsked(false);
            set(chosenStream(stream));
          }}
        />
      )}
      {fault !== undefined && <p className={panelClasses.bad}>{fault}</p>}
    </Field>
  );
}

export function StreamSourcePanel({ settings, set }: PanelProps<"source_stream">) {
  const { mayEdit } = usePanel();
  const spec = useSpec(settings.connection);
  const isChosen = settings.stream.name !== "";
  return (
    <>
      <ConnectionSelect
        path="connection"
        role="source"
        value={settings.connection}
        onChange={(connection) => set({ connection, stream: { namespace: null, name: "" }, config: {}, columns: [], keys: [], schema: [] })}
      />
      {settings.connection !== "" && <StreamChoice settings={settings} set={set} />}
      {spec?.streamConfig != null && isChosen && (
        <ConfigForm
          schema={spec.streamConfig}
          values={startValues(spec.streamConfig, settings.config)}
          onChange={(config) => set({ config }, "config")}
          disabled={!mayEdit}
        />
      )}
      {isChosen && <StreamReading settings={settings} set={set} canFollow={spec?.syncModes.includes("incremental") ?? true} />}
    </>
  );
}

function StreamReading({ settings, set, canFollow }: PanelProps<"source_stream"> & { readonly canFollow: boolean }) {
  const { schema } = settings;
  return (
    <>
      <Choice
        path="mode"
        label="How it is read"
        value={settings.mode}
        options={[
          { value: "full", label: "All of it", text: "Every run reads everything." },
          ...(canFollow
            ? [{ value: "incremental" as const, label: "What is new", text: "A run reads the rows whose cursor is beyond what was read last." }]
            : []),
        ]}
        onChange={(mode) => set({ mode })}
      />
      {settings.mode === "incremental" && (
        <ColumnSelect
          path="cursor"
          label="Cursor"
          description="A column whose values only grow, such as a time of change or a running number."
          columns={schema}
          value={settings.cursor}
          onChange={(cursor) => set({ cursor })}
        />
      )}
      <ColumnsSelect path="keys" label="Columns that tell rows apart" columns={schema} value={settings.keys} onChange={(keys) => set({ keys })} />
      <ColumnsSelect
        path="columns"
        label="Columns to read"
        placeholder={schema.length === 0 ? "All" : `All ${schema.length}`}
        columns={schema}
        value={settings.columns}
        onChange={(columns) => set({ columns })}
      />
      <Pick path="drift" label="When the source’s columns change" value={settings.drift} options={DRIFT} onChange={(drift) => set({ drift })} />
    </>
  );
}
