import type { ConnectionConfig } from "../connector.ts";

interface Pair {
  readonly name: string;
  readonly value: string;
}

interface OAuthClient {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  readonly scope?: string;
}

export type Auth =
  | { readonly kind: "none" }
  | { readonly kind: "key"; readonly name: string; readonly place: "header" | "query"; readonly value: string }
  | { readonly kind: "basic"; readonly user: string; readonly password?: string }
  | { readonly kind: "bearer"; readonly token: string }
  | ({ readonly kind: "oauth_client" } & OAuthClient)
  | ({ readonly kind: "oauth_refresh"; readonly refreshToken: string } & OAuthClient);

export interface RestConfig {
  readonly baseUrl: string;
  readonly auth: Auth;
  readonly testPath?: string;
  readonly headers?: readonly Pair[];
  readonly requestsPerSecond: number;
}

export type Pagination =
  | { readonly kind: "none" | "link_header" }
  | { readonly kind: "page"; readonly parameter: string; readonly first: number; readonly sizeParameter?: string; readonly size: number }
  | { readonly kind: "offset"; readonly parameter: string; readonly sizeParameter: string; readonly size: number }
  | { readonly kind: "cursor"; readonly parameter: string; readonly path: string }
  | { readonly kind: "next_link"; readonly path: string };

export interface RestStream {
  readonly path: string;
  readonly records?: string;
  readonly parameters?: readonly Pair[];
  readonly pagination: Pagination;
  readonly cursorParameter?: string;
}

export interface RestTarget {
  readonly path: string;
  readonly method: string;
  readonly batchRows: number;
  readonly field?: string;
  readonly knowsKeys: boolean;
}

export const restConfig = (config: ConnectionConfig): RestConfig => config as unknown as RestConfig;
export const restStream = (config: ConnectionConfig): RestStream => config as unknown as RestStream;

/** An address below the connection's own. */
export function addressOf(baseUrl: string, path: string): URL {
  const base = new URL(baseUrl.endsWith("/") ? baseUrl : `${baseUrl}/`);
  return new URL(path.replace(/^\/+/, ""), base);
}
