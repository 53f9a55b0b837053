import type { Logger } from "@granary/kernel";
import type { CheckStep, ConnectorKind, ConnectorSpec, DiscoveredStream, GraphColumn, JsonValue, SyncMode } from "@granary/protocol";
import type { Network } from "./network/index.ts";

/** A connection's settings, secrets in clear, checked against the connector's spec. */
export type ConnectionConfig = Readonly<Record<string, JsonValue>>;

/** What every call of a connector is given. */
export interface ConnectorContext {
  readonly config: ConnectionConfig;
  /** The one way to the outside: resolves names and refuses addresses nobody allowed. */
  readonly network: Network;
  /** A folder of the call's own for chunks and temporary files. */
  readonly folder: string;
  /** Folders of this machine that an administrator lets connections read and write. */
  readonly sharedFolders: readonly string[];
  readonly signal: AbortSignal;
  /** Names, counts and times; never secrets, never values of rows. */
  readonly log: Logger;
  /** Keeps changed settings at once: rotated refresh tokens. Checked against the spec first. */
  saveConfig(config: ConnectionConfig): Promise<void>;
}

/** How the rows of a chunk are written down. */
export type ChunkFormat =
  /**
   * UTF-8, commas, every value quoted (`"` doubled), null as nothing between commas, lines end with LF, no header.
   * `true`/`false`; instants in UTC with `+00`; years before Christ as `0044-03-15 (BC)`; binary in hexadecimal digits; lists and structs as JSON.
   */
  | { readonly kind: "csv"; readonly columns: readonly GraphColumn[] }
  /** One JSON object per line; what is not in `columns` is drift, what is missing is null. */
  | { readonly kind: "json_lines"; readonly columns: readonly GraphColumn[] }
  /** Somebody else's file of any kind, read by the lossless import. */
  | { readonly kind: "file"; readonly fileName: string };

/** Opaque to everybody but the connector that made it; JSON, at most 64 KiB. */
export type StreamState = Readonly<Record<string, JsonValue>>;

export type ReadMessage =
  /** A finished file in the context's folder, and the state after it. State is kept only together with the rows before it. */
  | {
      readonly type: "chunk";
      readonly path: string;
      readonly format: ChunkFormat;
      /** Unknown for foreign files. */
      readonly rows?: number;
      readonly bytes: number;
      /** Left out while the stream cannot be taken up from here. */
      readonly state?: StreamState;
    }
  /** The columns as the source has them now, before the first chunk that has them; those asked for that are gone are missing. */
  | { readonly type: "columns"; readonly columns: readonly GraphColumn[] }
  | { readonly type: "progress"; readonly rows: number; readonly bytes: number; readonly totalRows?: number; readonly totalBytes?: number }
  /** The source asks for patience; reading goes on by itself. */
  | { readonly type: "rate_limited"; readonly untilMs: number };

/** One stream of a source, with its settings by the connector's `streamConfig`. */
export interface StreamAddress {
  readonly namespace: string | null;
  readonly name: string;
  readonly config: ConnectionConfig;
}

export interface ReadRequest {
  readonly stream: StreamAddress;
  /** Names to read, in this order; empty for all. */
  readonly columns: readonly string[];
  readonly mode: SyncMode;
  /** For `incremental`: the column whose values grow. */
  readonly cursor?: string;
  readonly keys: readonly string[];
  /** Where the last committed read ended; null for the first and after a reset. */
  readonly state: StreamState | null;
  /** Stop after so many rows: previews and dry runs. */
  readonly maxRows?: number;
  /** About how large a chunk is to be; the connector ends one at the next row. */
  readonly chunkBytes: number;
}

/** Formats rows are handed to destinations in: CSV as in `ChunkFormat`, JSON with one object per line, Parquet. */
export type DeliveryFormat = "csv" | "json_lines" | "parquet";

/** Rows to deliver, in files of the format the connector asked for by `deliveryFormat`. */
export interface WriteRequest {
  readonly target: Readonly<Record<string, JsonValue>>;
  readonly columns: readonly GraphColumn[];
  readonly keys: readonly string[];
  readonly mode: "append" | "replace" | "upsert";
  /** Files in order; delivered whole or not at all where the destination can. */
  readonly files: readonly { readonly path: string; readonly rows: number }[];
  /** The same for every attempt of the same delivery: destinations that can, refuse it twice. */
  readonly deliveryId: string;
  onProgress(progress: { readonly rows: number; readonly bytes: number }): void;
}

export interface WriteResult {
  readonly rows: number;
  readonly bytes: number;
  /** Rows the destination refused, with its reason, first 1,000. */
  readonly rejected: readonly { readonly row: number; readonly reason: string }[];
  /** Whether the destination can tell a repeated delivery, so that rows are never doubled there. */
  readonly isExactlyOnce: boolean;
}

/** Code that reads from or writes to one kind of system. One folder each; `CONNECTORS` is the registry. */
export interface Connector {
  readonly kind: ConnectorKind;
  readonly spec: ConnectorSpec;
  /** Where settings lead, so that private networks are refused before anything is kept. Settings may lack defaults. */
  hosts(config: ConnectionConfig): readonly { readonly host: string; readonly port: number }[];
  /** Tries the connection step by step and says what failed and why; never throws for what the other side does. */
  check(context: ConnectorContext): Promise<readonly CheckStep[]>;
  /** Everything that can be read. Throws `connection.*` problems. */
  discover(context: ConnectorContext): Promise<readonly DiscoveredStream[]>;
  /** What one stream is like by its settings; without columns where only its rows tell them. Throws `connection.stream_not_found`. */
  discoverStream(context: ConnectorContext, stream: StreamAddress): Promise<DiscoveredStream>;
  /** Undefined for mere destinations. Ends when the stream is read; throws `connection.*` problems with a failure class. */
  read?(context: ConnectorContext, request: ReadRequest): AsyncIterable<ReadMessage>;
  /** How `write` wants the rows for a target; undefined for mere sources. */
  deliveryFormat?(target: ConnectionConfig): DeliveryFormat;
  /** Undefined for mere sources. Throws `connection.target_invalid` and the other `connection.*` problems. */
  write?(context: ConnectorContext, request: WriteRequest): Promise<WriteResult>;
}
