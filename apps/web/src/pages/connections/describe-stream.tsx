import { ApiError } from "@granary/client";
import type { ConfigSchema, ConfigValues, Connection } from "@granary/protocol";
import { Button, TextInput } from "@mantine/core";
import { useMemo, useState } from "react";
import { useDiscoverStream } from "../../api/connections.ts";
import { checkConfig, ConfigForm, configIssues, sentValues, startValues } from "../../kit/config-form/index.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import type { connectionSearch } from "./connection-words.ts";
import classes from "./connections.module.css";
import { StreamDetail } from "./stream-detail.tsx";

type Search = ReturnType<typeof connectionSearch>;

interface DescribeStreamProps {
  readonly connection: Connection;
  readonly schema: ConfigSchema;
  readonly search: Search;
  readonly onSearch: (search: Search, isStep?: boolean) => void;
}

/** A stream the source does not tell of by itself: an endpoint, or files by a pattern. Its settings are in the address. */
export function DescribeStream({ connection, schema, search, onSearch }: DescribeStreamProps) {
  const [name, setName] = useState(search.stream ?? "");
  const [values, setValues] = useState(() => startValues(schema, (search.config ?? {}) as ConfigValues));
  const [isTried, setTried] = useState(false);
  const discover = useDiscoverStream();
  const issues = useMemo(() => configIssues(discover.error), [discover.error]);
  const [asked, setAsked] = useState<ConfigValues>({});
  const isNameMissing = name.trim() === "";
  const look = () => {
    setTried(true);
    if (isNameMissing || checkConfig(schema, values).length > 0) return;
    const config = sentValues(schema, values);
    setAsked(config);
    onSearch({ stream: name.trim(), config }, false);
    discover.mutate({ connection: connection.id, body: { name: name.trim(), config } });
  };
  return (
    <>
      <form
        className={classes.form}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          look();
        }}
      >
        <h2 className={classes.detailTitle}>Describe a stream</h2>
        {discover.error !== null && !(discover.error instanceof ApiError && discover.error.issues.length > 0) && <ErrorNote error={discover.error} />}
        <TextInput
          label="Name"
          description="What pipelines call it"
          withAsterisk
          value={name}
          maxLength={500}
          onChange={(event) => setName(event.currentTarget.value)}
          error={isTried && isNameMissing ? "Enter the name." : undefined}
        />
        <ConfigForm schema={schema} values={values} onChange={setValues} issues={issues} isTried={isTried} />
        <div className={classes.buttons}>
          <Button type="submit" variant={discover.data === undefined ? "filled" : "default"} loading={discover.isPending}>
            Look at it
          </Button>
        </div>
      </form>
      {discover.data !== undefined && <StreamDetail key={JSON.stringify(asked)} connection={connection} stream={discover.data} config={asked} />}
    </>
  );
}
