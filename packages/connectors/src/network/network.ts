import type { LookupFunction, Socket } from "node:net";

/** The one way a connector reaches another system. Names are resolved here and every address is checked before it is used. */
export interface Network {
  /** Addresses of a host that may be connected to. Throws `connection.host_refused`, or `connection.unreachable` for unknown names. */
  resolve(host: string, port: number): Promise<readonly string[]>;
  /** Connects to a checked address. Throws `connection.host_refused` for private networks that no administrator allowed, `connection.unreachable`. */
  connect(host: string, port: number, signal: AbortSignal): Promise<Socket>;
  /**
   * A request over HTTP; redirects are followed and checked, and lose authorization and body when they leave the host.
   * Bodies are decompressed. Throws as `connect`; answers of any status are answers.
   */
  fetch(url: string, init?: FetchInit): Promise<Response>;
  /** For clients that make their own connections to one port: resolves and checks like `resolve`. Addresses as hosts have to be checked before. */
  lookup(port: number): LookupFunction;
}

export interface FetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Without an answer's first byte after so long it is unreachable; 30 s when left out. */
  readonly timeoutMs?: number;
  /** Header names that only the first host may see, beside `authorization` and `cookie`. */
  readonly secretHeaders?: readonly string[];
}
