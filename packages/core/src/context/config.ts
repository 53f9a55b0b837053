/** The part of the configuration that features read. */
export interface CoreConfig {
  readonly mode: "development" | "production";
  /** Where people reach the program, without a trailing slash; links in mails start with it. */
  readonly publicUrl: string;
  readonly dataDir: string;
  /** The largest file anybody may send. */
  readonly uploadLimitBytes: number;
  /** Bytes of uploaded files a workspace may keep; null for as many as the disk holds. */
  readonly workspaceQuotaBytes: number | null;
  /** Hosts that files may be fetched from although they lie in a private network, as `name` or `name:port`. */
  readonly uploadHosts: readonly string[];
  /** Hosts and ranges of private networks that connections may reach: `name`, `name:port`, an address, or `10.1.0.0/16`. */
  readonly privateHosts: readonly string[];
  /** Folders of this machine that connections may read and write. */
  readonly folders: readonly string[];
  /** Days a dataset stays in the trash before it is gone for good. */
  readonly trashDays: number;
  /** Secrets of this installation; each is at least 32 random bytes. */
  readonly secrets: { readonly encryptionKey: Buffer; readonly maskKey: Buffer };
  readonly sql: {
    /** After which a query is stopped. */
    readonly timeoutS: number;
    /** The same for one whose rows become a dataset. */
    readonly saveTimeoutS: number;
    readonly maxRows: number;
    /** Of the rows as JSON. */
    readonly maxResultBytes: number;
    /** How long results are kept for their owner. */
    readonly keepResultsS: number;
  };
  readonly mail: { readonly smtpUrl: string | null; readonly from: string };
  readonly signUp: "open" | "invitation" | "closed";
  readonly session: {
    readonly idleTimeoutS: number;
    readonly lifetimeS: number;
    readonly rememberS: number;
    readonly accessTokenS: number;
  };
}
