/** How much a lost power supply may cost: nothing (`durable`), or everything in exchange for speed (`test`). */
export type EmbeddedMode = "durable" | "test";

/** Settings of a database that shares a laptop with a browser; left out where PostgreSQL's default is right. */
const COMMON = {
  listen_addresses: "",
  unix_socket_permissions: "0700",
  cluster_name: "granary",
  timezone: "UTC",
  log_timezone: "UTC",
  // Failed statements are the caller's to report; here their texts and values would only pile up, secrets among them.
  log_min_messages: "log",
  log_error_verbosity: "terse",
  log_line_prefix: "%m [%p] ",
  log_checkpoints: "off",
  log_autovacuum_min_duration: "-1",
  // Taken as far as it is used: a small installation never does. A catalog of 100,000 datasets is searched in half the time when it fits.
  shared_buffers: "192MB",
  maintenance_work_mem: "32MB",
  // Statements here are short; compiling them costs more than running them, and the library costs memory.
  jit: "off",
  // A backend per parallel worker and three I/O workers are processes of several MB each that metadata never needs.
  max_parallel_workers_per_gather: "0",
  max_parallel_maintenance_workers: "0",
  max_worker_processes: "2",
  io_method: "sync",
  // Nothing replicates from here, so the log need not carry it and its launcher need not run.
  wal_level: "minimal",
  max_wal_senders: "0",
  max_logical_replication_workers: "0",
  max_wal_size: "256MB",
  min_wal_size: "32MB",
  // A checkpoint rewrites whole pages into the log afterwards; a recovery of 15 minutes of metadata takes seconds.
  checkpoint_timeout: "15min",
  // A transaction abandoned by a dead worker must not hold its locks and old rows for ever.
  idle_in_transaction_session_timeout: "10min",
  client_connection_check_interval: "5s",
} as const;

const BY_MODE = {
  durable: { max_connections: "60" },
  test: { max_connections: "200", fsync: "off", synchronous_commit: "off", full_page_writes: "off", autovacuum: "off", wal_writer_delay: "10s" },
} as const satisfies Record<EmbeddedMode, Readonly<Record<string, string>>>;

/** The setting is a list, so a name with a comma or a space in it has to stand in quotes. */
function quotedDirectory(directory: string): string {
  return `"${directory.replaceAll('"', '""')}"`;
}

/** The command line of the server: everything is set here, so that a newer program changes it at the next start. */
export function postgresArguments(clusterDir: string, socketDir: string, mode: EmbeddedMode): readonly string[] {
  const settings = { ...COMMON, ...BY_MODE[mode], unix_socket_directories: quotedDirectory(socketDir) };
  return ["-D", clusterDir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

/** PostgreSQL's programs see nothing of the caller's environment: variables such as PGOPTIONS or LANG would change what they do. */
export const POSTGRES_ENVIRONMENT = { PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL: "C.UTF-8", TZ: "UTC" } as const;
