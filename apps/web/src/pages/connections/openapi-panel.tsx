import type { ConfigValues } from "@granary/protocol";
import { Button, SegmentedControl, Textarea, TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useReadOpenApi } from "../../api/connections.ts";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Panel } from "../../kit/panel.tsx";
import classes from "./connections.module.css";

export interface ChosenEndpoint {
  readonly name: string;
  readonly config: ConfigValues;
}

interface OpenApiPanelProps {
  readonly isOpen: boolean;
  readonly onOpen: () => void;
  readonly onUse: (title: string, config: ConfigValues, endpoint: ChosenEndpoint | undefined) => void;
  readonly icon: ReactNode;
}

/** An API that describes itself: read its OpenAPI description, choose what to read, and get a REST connection that is filled in. */
export function OpenApiPanel({ isOpen, onOpen, onUse, icon }: OpenApiPanelProps) {
  if (!isOpen)
    return (
      <button type="button" className={classes.kind} onClick={onOpen}>
        <span className={classes.kindIcon} data-large="">
          {icon}
        </span>
        <span className={classes.kindWords}>
          <span className={classes.kindTitle}>Begin with an OpenAPI description</span>
          <span className={classes.kindText}>
            Paste its address or text: servers, ways to sign in and endpoints are read from it, and a REST connection is filled in.
          </span>
        </span>
      </button>
    );
  return <OpenApi onUse={onUse} />;
}

function OpenApi({ onUse }: Pick<OpenApiPanelProps, "onUse">) {
  const [from, setFrom] = useState<"url" | "text">("url");
  const [url, setUrl] = useState("");
  const [text, setText] = useState("");
  const read = useReadOpenApi();
  const isEmpty = (from === "url" ? url : text).trim() === "";
  const send = () => read.mutate(from === "url" ? { url: url.trim() } : { text });
  return (
    <Panel title="OpenAPI description" text="Versions 2 and 3, as JSON or YAML.">
      <form
        className={classes.form}
        onSubmit={(event) => {
          event.preventDefault();
          if (!isEmpty) send();
        }}
      >
        <SegmentedControl
          size="xs"
          value={from}
          onChange={(value) => setFrom(value as typeof from)}
          data={[
            { value: "url", label: "Address" },
            { value: "text", label: "Text" },
          ]}
          className={classes.segment}
        />
        {from === "url" ? (
          <TextInput
            label="Address"
            type="url"
            placeholder="https://api.example.com/openapi.json"
            value={url}
            onChange={(event) => setUrl(event.currentTarget.value)}
          />
        ) : (
          <Textarea label="Text" autosize minRows={6} maxRows={16} value={text} onChange={(event) => setText(event.currentTarget.value)} spellCheck={false} />
        )}
        {read.error !== null && <ErrorNote error={read.error} />}
        <div className={classes.buttons}>
          <Button type="submit" variant={read.data === undefined ? "filled" : "default"} loading={read.isPending} disabled={isEmpty}>
            Read it
          </Button>
        </div>
      </form>
      {read.data !== undefined && <Endpoints {...read.data} onUse={onUse} />}
    </Panel>
  );
}

interface Endpoint {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly summary: string;
  readonly config: ConfigValues;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

interface EndpointsProps extends Pick<OpenApiPanelProps, "onUse"> {
  readonly title: string;
  readonly config: ConfigValues;
  readonly streams: readonly Endpoint[];
}

function Endpoints({ title, config, streams, onUse }: EndpointsProps) {
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  const found = streams.filter(({ name, path, summary }) => `${name} ${path} ${summary}`.toLowerCase().includes(wanted));
  return (
    <section className={classes.endpoints} aria-label={`Endpoints of ${title}`}>
      <div className={classes.endpointsHead}>
        <h3 className={classes.subtitle}>{title}</h3>
        <Button variant="default" size="xs" onClick={() => onUse(title, config, undefined)}>
          Connect without choosing
        </Button>
      </div>
      {streams.length === 0 && (
        <EmptyState small title="No endpoint lists things" text="Connect it all the same and write the path of what to read yourself." />
      )}
      {streams.length > 8 && (
        <TextInput
          size="xs"
          type="search"
          aria-label="Search endpoints"
          placeholder="Search endpoints"
          value={search}
          onChange={(event) => setSearch(event.currentTarget.value)}
        />
      )}
      <ul className={classes.endpointList}>
        {found.map((endpoint) => (
          <li key={`${endpoint.method} ${endpoint.path}`} className={classes.endpoint}>
            <span className={classes.endpointWords}>
              <span className="g-mono">
                {endpoint.method} {endpoint.path}
              </span>
              <span className="g-soft">
                {endpoint.summary} {endpoint.columns.length > 0 && `· ${endpoint.columns.length} columns`}
              </span>
            </span>
            <Button
              variant="default"
              size="xs"
              aria-label={`Use ${endpoint.name}`}
              onClick={() => onUse(title, config, { name: endpoint.name, config: endpoint.config })}
            >
              Use
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}
