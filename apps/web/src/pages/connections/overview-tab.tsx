import type { Connection, ConnectorSpec } from "@granary/protocol";
import { Button } from "@mantine/core";
import LockKeyhole from "lucide-react/icons/lock-keyhole";
import { useTestConnection } from "../../api/connections.ts";
import { CopyId } from "../../kit/copy-id.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { CheckReport, CheckUnderway } from "./check-report.tsx";
import classes from "./connections.module.css";

const ROLES = { source: "read from", destination: "written to" } as const;

/** Whether it works, and what it will use. */
export function OverviewTab({ connection, spec }: { readonly connection: Connection; readonly spec: ConnectorSpec | undefined }) {
  return (
    <div className={classes.columns}>
      <TestPanel connection={connection} />
      <div className={classes.stack}>
        <Panel title="Settings in force" text="What the connector uses: your settings, and its own where you set none.">
          <dl className={classes.effective}>
            {connection.effective.map(({ path, title, value, isDefault, isSecret }) => (
              <div key={path} className={classes.pair}>
                <dt>{title}</dt>
                <dd>
                  {isSecret && <LockKeyhole size={13} aria-hidden="true" />}
                  <span className={isSecret ? undefined : "g-mono"}>{value === "" ? "empty" : value}</span>
                  {isDefault && <span className="g-soft">by default</span>}
                </dd>
              </div>
            ))}
          </dl>
        </Panel>
        <Panel title="Facts">
          <KeyValue
            items={[
              ["Identifier", <CopyId key="id" value={connection.id} whole />],
              ["Owner", connection.owner?.name ?? "nobody"],
              ["Can be", spec === undefined ? "" : spec.roles.map((role) => ROLES[role]).join(" and ")],
              [
                "Used by",
                connection.pipelineCount === 0 ? "no pipeline" : connection.pipelineCount === 1 ? "1 pipeline" : `${connection.pipelineCount} pipelines`,
              ],
              ["Made", <RelativeTime key="made" at={connection.createdAt} />],
              ["Changed", <RelativeTime key="changed" at={connection.updatedAt} />],
              ["Looked through", <RelativeTime key="seen" at={connection.discoveredAt} />],
            ]}
          />
        </Panel>
      </div>
    </div>
  );
}

function TestPanel({ connection }: { readonly connection: Connection }) {
  const test = useTestConnection();
  const check = test.data ?? connection.check;
  return (
    <Panel
      title="Test"
      text={check === null ? undefined : <RelativeTime at={check.at} />}
      actions={
        connection.can.test && (
          <Button variant="default" size="xs" loading={test.isPending} onClick={() => test.mutate(connection.id)}>
            Test now
          </Button>
        )
      }
    >
      {test.error !== null && <ErrorNote error={test.error} onRetry={() => test.mutate(connection.id)} />}
      {test.isPending ? (
        <CheckUnderway />
      ) : check === null ? (
        <EmptyState small title="Not tested yet" text="A test goes from the name of the host to what the account may read, and says where it stops and why." />
      ) : (
        <CheckReport check={check} />
      )}
    </Panel>
  );
}
