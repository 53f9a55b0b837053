import type { Database } from "@granary/db";
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from "prom-client";

/** Every metric of the program. docs/reference/metrics.md lists them; generated from here. */
export interface Metrics {
  readonly registry: Registry;
  readonly requestSeconds: Histogram<"method" | "route" | "status">;
  readonly errors: Counter<"code">;
  readonly sockets: Gauge;
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export const METRICS_HELP =
  "`/metrics` answers in the Prometheus text format: with the bearer token of `GRANARY_METRICS_TOKEN`, or to this machine alone when none is set. Next to these it has the usual `process_` and `nodejs_` metrics.";

export function createMetrics(database: Pick<Database, "usage">): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  new Gauge({
    name: "granary_database_connections",
    help: "Database connections by state.",
    labelNames: ["state"],
    registers,
    collect() {
      const { total, idle, waiting } = database.usage();
      this.set({ state: "busy" }, total - idle);
      this.set({ state: "idle" }, idle);
      this.set({ state: "waiting" }, waiting);
    },
  });
  return {
    registry,
    requestSeconds: new Histogram({
      name: "granary_http_request_duration_seconds",
      help: "Time to answer a request, by route pattern.",
      labelNames: ["method", "route", "status"],
      buckets: SECONDS,
      registers,
    }),
    errors: new Counter({ name: "granary_http_errors_total", help: "Error answers by code.", labelNames: ["code"], registers }),
    sockets: new Gauge({ name: "granary_realtime_sockets", help: "Open realtime connections.", registers }),
  };
}
