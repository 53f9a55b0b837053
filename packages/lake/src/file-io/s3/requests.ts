import { S3Client } from "@aws-sdk/client-s3";
import { Deadline, DEFAULT_TIMEOUTS, type Timeouts } from "./deadline.ts";
import { DEFAULT_RETRY, type RetryPolicy, retrying } from "./retry.ts";
import { mayPass } from "./s3-errors.ts";

/** How an S3-compatible storage is reached. */
export interface S3Access {
  readonly region: string;
  /** Left out: Amazon's own for the region. */
  readonly endpoint?: string;
  /** Left out: what the SDK finds, such as the role of the machine. */
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** True for `endpoint/bucket/key`, false for `bucket.endpoint/key`. */
  readonly pathStyle?: boolean;
  readonly timeouts?: Timeouts;
  readonly retry?: RetryPolicy;
}

/** What a request is like, for its time limits. */
interface RequestKind {
  /** Content that goes either way. */
  readonly bytes?: number;
  /** True when nothing comes back until the storage has taken or joined all content. */
  readonly isSilent?: boolean;
}

const MAX_SOCKETS = 64;

/** Sends requests to the storage, each within its time, repeated while its failure may pass. */
export class Requests implements Disposable {
  readonly #client: S3Client;
  readonly #timeouts: Timeouts;
  readonly #retry: RetryPolicy;

  constructor(access: S3Access) {
    this.#timeouts = access.timeouts ?? DEFAULT_TIMEOUTS;
    this.#retry = access.retry ?? DEFAULT_RETRY;
    const agent = { keepAlive: true, maxSockets: MAX_SOCKETS };
    this.#client = new S3Client({
      region: access.region,
      ...(access.endpoint === undefined ? {} : { endpoint: access.endpoint }),
      ...(access.credentials === undefined ? {} : { credentials: access.credentials }),
      forcePathStyle: access.pathStyle ?? access.endpoint !== undefined,
      requestHandler: { connectionTimeout: this.#timeouts.connectMs, httpAgent: agent, httpsAgent: agent },
      // Repeating is done here, where a cut body counts too.
      maxAttempts: 1,
      // Every body is sent with its signed SHA-256 and every file is checked against ours; the SDK's own trailers are unknown to many storages.
      requestChecksumCalculation: "WHEN_REQUIRED",
      responseChecksumValidation: "WHEN_REQUIRED",
    });
  }

  /** Does one request, as often as needed. Errors are those of the SDK, the socket and {@link Deadline}. */
  run<T>(kind: RequestKind, work: (client: S3Client, deadline: Deadline) => Promise<T>): Promise<T> {
    return retrying(this.#retry, mayPass, async () => {
      using deadline = new Deadline(this.#timeouts, kind.bytes ?? 0, kind.isSilent !== true);
      try {
        return await work(this.#client, deadline);
      } catch (error) {
        throw deadline.signal.aborted ? deadline.signal.reason : error;
      }
    });
  }

  [Symbol.dispose](): void {
    this.#client.destroy();
  }
}
