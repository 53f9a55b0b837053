import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { isIP } from "node:net";
import { S3Client } from "@aws-sdk/client-s3";
import type { ConnectorContext } from "../connector.ts";

export interface S3Config {
  readonly bucket: string;
  readonly prefix?: string;
  readonly region: string;
  readonly endpoint?: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly pathStyle?: "auto" | "path" | "host";
}

/** Beyond it, what is asked for is not coming. */
const CONNECT_MS = 10_000;
const IDLE_MS = 60_000;
const ATTEMPTS = 4;
const ignore = (): void => undefined;

export const configOf = (context: ConnectorContext): S3Config => context.config as unknown as S3Config;

const amazon = (region: string): string => `https://s3.${region}.amazonaws.com`;

/** Where a bucket is asked for. */
export function endpointOf({ endpoint, region, bucket, pathStyle = "auto" }: S3Config): {
  readonly host: string;
  readonly port: number;
  readonly isPathStyle: boolean;
} {
  const url = new URL(endpoint ?? amazon(region));
  const isPathStyle = pathStyle === "auto" ? endpoint !== undefined : pathStyle === "path";
  return { host: isPathStyle ? url.hostname : `${bucket}.${url.hostname}`, port: Number(url.port) || (url.protocol === "https:" ? 443 : 80), isPathStyle };
}

/** A client that reaches checked addresses alone, and signs with the connection's own keys: never with those of the machine. */
export async function openClient(context: ConnectorContext): Promise<S3Client> {
  const config = configOf(context);
  const { host, port, isPathStyle } = endpointOf(config);
  // Addresses are never resolved, so that the lookup would not see them.
  if (isIP(host.replace(/^\[|\]$/g, "")) !== 0) await context.network.resolve(host, port);
  const agent = { keepAlive: true, maxSockets: 16, lookup: context.network.lookup(port) };
  return new S3Client({
    region: config.region,
    // Named in any case: the SDK would look for one in the environment of the program.
    endpoint: config.endpoint ?? amazon(config.region),
    credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
    forcePathStyle: isPathStyle,
    maxAttempts: ATTEMPTS,
    // It would print warnings itself.
    logger: { trace: ignore, debug: ignore, info: ignore, warn: ignore, error: ignore },
    followRegionRedirects: false,
    requestHandler: { connectionTimeout: CONNECT_MS, socketTimeout: IDLE_MS, httpAgent: new HttpAgent(agent), httpsAgent: new HttpsAgent(agent) },
    // Many storages do not know the SDK's own trailers.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
}
