import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseClamdAddress } from "@granary/core/uploads";
import { z } from "zod";
import { storageContradictions } from "./storage-settings.ts";

export const ROLES = ["web", "worker", "cron"] as const;
export type ProcessRole = (typeof ROLES)[number];

const checkout = fileURLToPath(new URL("../../../", import.meta.url));

const seconds = (fallback: number) => z.coerce.number().int().positive().default(fallback);
const perMinute = (fallback: number) => z.coerce.number().int().positive().default(fallback);

/** Every setting, read from the environment in this file alone. docs/reference/configuration.md lists them; a test compares both ways. */
const environment = z.object({
  NODE_ENV: z.string().optional().describe("`production` switches the safeguards on, like GRANARY_MODE."),
  DATABASE_URL: z.string().optional().describe("PostgreSQL 16 or newer as a URL. Unset: an embedded PostgreSQL in the data directory."),
  GRANARY_MODE: z.enum(["development", "production"]).optional().describe("`production` demands secrets, refuses weak ones and limits the developer role."),
  GRANARY_HOST: z.string().default("127.0.0.1").describe("Address to listen on. `0.0.0.0` listens on all."),
  GRANARY_PORT: z.coerce.number().int().min(0).max(65535).default(4400).describe("Port to listen on; 0 takes a free one."),
  GRANARY_DATA: z
    .string()
    .default(resolve(checkout, ".granary"))
    .describe("Directory of everything kept on this machine: embedded database, tables, uploads, secrets."),
  GRANARY_PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Where people reach the program; links in mails start with it."),
  GRANARY_STORAGE: z
    .string()
    .optional()
    .describe("Where tables are stored: `file:///directory` or `s3://bucket/prefix`; docs/storage.md. Unset: `lake/` in the data directory."),
  GRANARY_STORAGE_RECHECK: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(0.01)
    .describe("How often a file of a table that a process found sound is read in full again to be sure: 1 always, 0 never."),
  GRANARY_S3_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Address of an S3-compatible storage. Unset: Amazon's own for the region."),
  GRANARY_S3_REGION: z.string().optional().describe("Region of the bucket; storages without regions take `us-east-1`."),
  GRANARY_S3_ACCESS_KEY_ID: z.string().optional().describe("Access key. Unset, at Amazon only: the role of the machine or container."),
  GRANARY_S3_SECRET_ACCESS_KEY: z.string().optional().describe("Secret of the access key."),
  GRANARY_S3_PATH_STYLE: z
    .enum(["true", "false"])
    .optional()
    .describe("`true`: `endpoint/bucket/key`; `false`: `bucket.endpoint/key`. Unset: `true` with GRANARY_S3_ENDPOINT, else `false`."),
  GRANARY_CACHE: z.string().optional().describe("Directory of local copies of files in S3, for this alone. Unset: `cache/lake/` in the data directory."),
  GRANARY_CACHE_MAX_BYTES: z.coerce
    .number()
    .int()
    .positive()
    .default(10_737_418_240)
    .describe("What copies that nobody uses may take; those in use come on top."),
  GRANARY_SECRET_KEY: z
    .string()
    .optional()
    .describe("Encrypts stored secrets: 32 bytes or more, base64. Generated in the data directory when unset outside production."),
  GRANARY_MASK_KEY: z.string().optional().describe("Keys deterministic masks: 32 bytes or more, base64. Generated like GRANARY_SECRET_KEY."),
  GRANARY_ADMIN_EMAIL: z.email().optional().describe("E-mail of the first administrator, for an unattended first start."),
  GRANARY_ADMIN_PASSWORD: z.string().optional().describe("Password of the first administrator, for an unattended first start."),
  GRANARY_SIGN_UP: z.enum(["open", "invitation", "closed"]).default("invitation").describe("Who may create an account."),
  GRANARY_SMTP_URL: z.string().optional().describe("Mail server as `smtp://user:password@host:port`. Unset: mails are kept in the local outbox."),
  GRANARY_MAIL_FROM: z.string().default("Granary <granary@localhost>").describe("Sender of mails."),
  GRANARY_SESSION_IDLE: seconds(1_800).describe("Seconds without activity after which a session ends."),
  GRANARY_SESSION_LIFETIME: seconds(43_200).describe("Seconds after which a session ends in any case."),
  GRANARY_SESSION_REMEMBER: seconds(2_592_000).describe("Seconds a session lasts with `remember me`."),
  GRANARY_ACCESS_TOKEN_LIFETIME: seconds(3_600).describe("Seconds a bearer access token lasts before it must be refreshed."),
  GRANARY_CORS_ORIGINS: z.string().default("").describe("Other origins that may call the API from a browser, separated by commas."),
  GRANARY_TRUST_PROXY: z.string().default("").describe("Addresses of reverse proxies whose X-Forwarded-For is believed, separated by commas."),
  GRANARY_RATE_READ: perMinute(3_000).describe("Reads a minute and principal."),
  GRANARY_RATE_WRITE: perMinute(600).describe("Writes a minute and principal."),
  GRANARY_RATE_SENSITIVE: perMinute(30).describe("Sign-ins, password and code attempts a minute and address."),
  GRANARY_BODY_LIMIT: z.coerce.number().int().positive().default(1_048_576).describe("Largest JSON body in bytes."),
  GRANARY_UPLOAD_LIMIT: z.coerce.number().int().positive().default(10_737_418_240).describe("Largest uploaded file in bytes."),
  GRANARY_UPLOAD_HOSTS: z
    .string()
    .default("")
    .describe("Hosts in private networks that uploads by URL may come from, as `name` or `name:port`, separated by commas. All others have to be public."),
  GRANARY_PRIVATE_HOSTS: z
    .string()
    .default("")
    .describe("Hosts in private networks that connections may reach: `name`, `name:port`, addresses or ranges such as `10.1.0.0/16`, separated by commas."),
  GRANARY_FOLDERS: z
    .string()
    .default("")
    .describe("Folders of this machine that connections may read and write, as absolute paths separated by commas. Unset: none."),
  GRANARY_CLAMD: z
    .string()
    .refine((text) => parseClamdAddress(text) !== undefined, "must be host:port or the absolute path of a socket")
    .optional()
    .describe("Where clamd listens, as `host:port` or the path of its socket: it scans every file before it can be used. Unset: files are not scanned."),
  GRANARY_WORKSPACE_QUOTA: z.coerce.number().int().positive().optional().describe("Bytes of uploaded files each workspace may keep. Unset: no limit."),
  GRANARY_SQL_TIMEOUT: seconds(60).describe("Seconds after which a person's SQL query is stopped."),
  GRANARY_SQL_STORE_TIMEOUT: seconds(3_600).describe("Seconds after which a SQL query whose rows become a dataset is stopped."),
  GRANARY_SQL_MEMORY: z.coerce.number().int().min(67_108_864).default(536_870_912).describe("Memory in bytes a person's SQL query may use."),
  GRANARY_SQL_MAX_ROWS: z.coerce.number().int().positive().default(1_000_000).describe("Rows after which the result of a SQL query is cut."),
  GRANARY_SQL_MAX_RESULT: z.coerce.number().int().positive().default(268_435_456).describe("Bytes after which the result of a SQL query is cut."),
  GRANARY_SQL_KEEP_RESULTS: seconds(86_400).describe("Seconds the result of a SQL query is kept for its owner."),
  GRANARY_TRASH_DAYS: z.coerce.number().int().min(1).max(3_650).default(30).describe("Days a dataset stays in the trash before it is gone for good."),
  GRANARY_LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info").describe("Lowest level that is logged."),
  GRANARY_LOG_TO: z
    .enum(["stdout", "file"])
    .optional()
    .describe("Where logs go: `stdout` (the default in production) or `file`: `logs/granary.log` in the data directory."),
  GRANARY_METRICS_TOKEN: z.string().optional().describe("Bearer token that /metrics demands. Unset: answered to this machine alone."),
  GRANARY_WORKERS: z.coerce.number().int().min(0).max(32).default(1).describe("Worker processes this program starts beside itself."),
  GRANARY_DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(12).describe("Most database connections a process opens for workspace work."),
});

/** Read by the `granary` command alone: a shell that has them set may start the server too. */
const OF_THE_COMMAND_LINE: ReadonlySet<string> = new Set(["GRANARY_API_KEY", "GRANARY_SERVER", "GRANARY_WORKSPACE", "GRANARY_PROFILE"]);

export const SETTINGS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(environment.shape).map(([name, schema]) => [name, schema.description ?? ""]),
);

/** A setting's default as the documentation shows it. */
export function settingDefault(name: string): string {
  const value = environment.shape[name as keyof typeof environment.shape]?.safeParse(undefined).data;
  if (value === undefined || value === "") return "";
  return name === "GRANARY_DATA" ? "`.granary/` in the checkout" : `\`${String(value)}\``;
}

export type Environment = z.infer<typeof environment>;

/** The whole configuration, typed and free of contradictions. */
export interface Config {
  readonly mode: "development" | "production";
  readonly roles: readonly ProcessRole[];
  readonly host: string;
  readonly port: number;
  readonly dataDir: string;
  readonly publicUrl: string | undefined;
  readonly databaseUrl: string | undefined;
  /** Socket directory of the embedded PostgreSQL a parent process runs (`--database-socket=`). */
  readonly databaseSocket: string | undefined;
  readonly env: Environment;
}

export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

function list(text: string): string[] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

export const corsOrigins = (config: Config): string[] => list(config.env.GRANARY_CORS_ORIGINS);
export const uploadHosts = (config: Config): string[] => list(config.env.GRANARY_UPLOAD_HOSTS);
export const privateHosts = (config: Config): string[] => list(config.env.GRANARY_PRIVATE_HOSTS);
export const sharedFolders = (config: Config): string[] => list(config.env.GRANARY_FOLDERS);
export const trustedProxies = (config: Config): string[] => list(config.env.GRANARY_TRUST_PROXY);

function option(args: readonly string[], name: string): string | undefined {
  return args.find((arg) => arg.startsWith(`--${name}=`))?.slice(name.length + 3);
}

function rolesFrom(args: readonly string[]): readonly ProcessRole[] {
  const value = option(args, "roles");
  if (value === undefined) return ROLES;
  const asked = list(value);
  const unknown = asked.find((role) => !(ROLES as readonly string[]).includes(role));
  if (unknown !== undefined || asked.length === 0) throw new ConfigError(`--roles=${value}: choose from ${ROLES.join(", ")}.`);
  return asked as ProcessRole[];
}

function contradictions(env: Environment, mode: Config["mode"]): string[] {
  const found: string[] = [];
  if ((env.GRANARY_ADMIN_EMAIL === undefined) !== (env.GRANARY_ADMIN_PASSWORD === undefined))
    found.push("GRANARY_ADMIN_EMAIL and GRANARY_ADMIN_PASSWORD: set both or neither.");
  if (mode === "production" && env.GRANARY_PUBLIC_URL === undefined)
    found.push("GRANARY_PUBLIC_URL: production needs the address people use, for links in mails.");
  if (env.GRANARY_SESSION_IDLE > env.GRANARY_SESSION_LIFETIME) found.push("GRANARY_SESSION_IDLE: must not be longer than GRANARY_SESSION_LIFETIME.");
  found.push(...storageContradictions(env));
  const relative = list(env.GRANARY_FOLDERS).find((folder) => !isAbsolute(folder));
  if (relative !== undefined) found.push(`GRANARY_FOLDERS: ${relative} is no absolute path.`);
  if (env.DATABASE_URL !== undefined && !/^postgres(ql)?:\/\//.test(env.DATABASE_URL)) found.push("DATABASE_URL: must start with postgresql://.");
  return found;
}

/** Reads the configuration; a wrong or contradictory setting throws a {@link ConfigError} that names it. */
export function readConfig(variables: Readonly<Record<string, string | undefined>>, args: readonly string[] = []): Config {
  const present = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined && value !== ""));
  const parsed = environment.safeParse(present);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}.`).join("\n"));
  const unknown = Object.keys(present).filter((name) => name.startsWith("GRANARY_") && !(name in environment.shape) && !OF_THE_COMMAND_LINE.has(name));
  if (unknown.length > 0) throw new ConfigError(`${unknown.join(", ")}: no such setting. docs/reference/configuration.md lists them all.`);
  const env = parsed.data;
  const mode = env.GRANARY_MODE ?? (env.NODE_ENV === "production" ? "production" : "development");
  const stray = args.find((arg) => !/^--(roles|database-socket|public-url)=/.test(arg));
  if (stray !== undefined) throw new ConfigError(`${stray}: no such option. Options: --roles=web,worker,cron.`);
  const problems = contradictions(env, mode);
  if (problems.length > 0) throw new ConfigError(problems.join("\n"));
  return {
    mode,
    roles: rolesFrom(args),
    host: env.GRANARY_HOST,
    port: env.GRANARY_PORT,
    dataDir: resolve(env.GRANARY_DATA),
    // A worker is told by the program that started it, which may listen on a port nobody chose.
    publicUrl: (option(args, "public-url") ?? env.GRANARY_PUBLIC_URL)?.replace(/\/+$/, ""),
    databaseUrl: env.DATABASE_URL,
    databaseSocket: option(args, "database-socket"),
    env,
  };
}
