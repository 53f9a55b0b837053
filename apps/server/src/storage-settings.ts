import { parseS3Uri } from "@granary/lake";
import type { Environment } from "./config.ts";

/** Settings that mean something only for tables in S3. */
const FOR_S3 = [
  "GRANARY_S3_ENDPOINT",
  "GRANARY_S3_REGION",
  "GRANARY_S3_ACCESS_KEY_ID",
  "GRANARY_S3_SECRET_ACCESS_KEY",
  "GRANARY_S3_PATH_STYLE",
  "GRANARY_CACHE",
] as const satisfies readonly (keyof Environment)[];

function s3Contradictions(env: Environment): string[] {
  const found: string[] = [];
  if (env.GRANARY_S3_REGION === undefined) found.push("GRANARY_S3_REGION: tables in S3 need it; storages without regions take us-east-1.");
  if ((env.GRANARY_S3_ACCESS_KEY_ID === undefined) !== (env.GRANARY_S3_SECRET_ACCESS_KEY === undefined))
    found.push("GRANARY_S3_ACCESS_KEY_ID and GRANARY_S3_SECRET_ACCESS_KEY: set both or neither.");
  else if (env.GRANARY_S3_ENDPOINT !== undefined && env.GRANARY_S3_ACCESS_KEY_ID === undefined)
    found.push("GRANARY_S3_ACCESS_KEY_ID: GRANARY_S3_ENDPOINT needs it; only at Amazon may the machine's own role do.");
  const { username, password } = new URL(env.GRANARY_S3_ENDPOINT ?? "https://amazon");
  if (username !== "" || password !== "") found.push("GRANARY_S3_ENDPOINT: must not hold keys; they have settings of their own.");
  return found;
}

/** One line per contradiction among the settings of the storage. */
export function storageContradictions(env: Environment): string[] {
  const uri = env.GRANARY_STORAGE;
  if (uri !== undefined && parseS3Uri(uri) !== undefined) return s3Contradictions(env);
  if (uri !== undefined && !uri.startsWith("file:///")) return ["GRANARY_STORAGE: must be file:///directory or s3://bucket/prefix."];
  const idle = FOR_S3.filter((name) => env[name] !== undefined);
  return idle.length === 0 ? [] : [`${idle.join(", ")}: of use only when GRANARY_STORAGE is s3://bucket/prefix.`];
}
