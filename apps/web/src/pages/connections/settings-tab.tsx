import type { Connection, ConnectorSpec } from "@granary/protocol";
import { useMemo } from "react";
import { useTestConnection, useUpdateConnection } from "../../api/connections.ts";
import { sentValues, startValues } from "../../kit/config-form/index.ts";
import { toastDone } from "../../kit/toast.tsx";
import { useVersionedForm, VersionedProblem } from "../../kit/versioned-form.tsx";
import { ConnectionForm, type ConnectionValues } from "./connection-form.tsx";
import classes from "./connections.module.css";

/** Settings of a connection, to be changed. */
export function SettingsTab({ connection, spec }: { readonly connection: Connection; readonly spec: ConnectorSpec }) {
  const update = useUpdateConnection();
  const test = useTestConnection();
  const stored = useMemo<ConnectionValues>(
    () => ({ name: connection.name, description: connection.description, config: startValues(spec.config, connection.config) }),
    [connection, spec],
  );
  const form = useVersionedForm<ConnectionValues>({
    version: connection.version,
    stored,
    words: { name: { label: "Name" }, description: { label: "Description" }, config: { label: "Settings", say: () => "see the form" } },
    send: async ({ name, description, config }, version) => {
      await update.mutateAsync({ params: { connection: connection.id }, body: { name, description, config: sentValues(spec.config, config) }, version });
      test.mutate(connection.id);
      toastDone("Saved", "Runs that begin from now on use the new settings.");
    },
  });
  return (
    <div className={classes.narrow}>
      {!connection.can.update && <p className="g-soft">You may look at these settings, but not change them.</p>}
      <ConnectionForm
        spec={spec}
        form={form}
        connection={connection.id}
        action="Save"
        isReadOnly={!connection.can.update}
        above={form.conflict !== undefined && <VersionedProblem form={form} />}
      />
    </div>
  );
}
