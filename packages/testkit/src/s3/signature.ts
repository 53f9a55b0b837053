import { createHash, createHmac } from "node:crypto";
import type { IncomingMessage } from "node:http";

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

/** An answer of S3 other than success. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

const hmac = (key: string | Buffer, text: string): Buffer => createHmac("sha256", key).update(text).digest();
const sha256 = (content: string | Buffer): string => createHash("sha256").update(content).digest("hex");

const headerOf = (request: IncomingMessage, name: string): string => String(request.headers[name] ?? "");

function canonicalQuery(query: string): string {
  const pairs = query === "" ? [] : query.split("&").map((pair) => (pair.includes("=") ? pair : `${pair}=`));
  return pairs.toSorted((left, right) => (left < right ? -1 : 1)).join("&");
}

interface Claim {
  readonly accessKeyId: string;
  /** Day, region, service and the word at the end. */
  readonly scope: readonly string[];
  readonly signedHeaders: string;
  readonly signature: string;
}

function claimOf(request: IncomingMessage): Claim {
  const header = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(headerOf(request, "authorization"));
  if (header === null) throw new Refusal(403, "AccessDenied");
  const [, credential = "", signedHeaders = "", signature = ""] = header;
  const [accessKeyId = "", ...scope] = credential.split("/");
  return { accessKeyId, scope, signedHeaders, signature };
}

function stringToSign(request: IncomingMessage, claim: Claim): string {
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const headers = claim.signedHeaders.split(";").map((name) => `${name}:${headerOf(request, name).trim()}\n`);
  const payload = headerOf(request, "x-amz-content-sha256");
  const canonical = [request.method, path, canonicalQuery(query), headers.join(""), claim.signedHeaders, payload].join("\n");
  return ["AWS4-HMAC-SHA256", headerOf(request, "x-amz-date"), claim.scope.join("/"), sha256(canonical)].join("\n");
}

/** Checks an AWS Signature Version 4 in the header, the SHA-256 of the body included. Throws {@link Refusal} as S3 answers. */
export function requireSignature(request: IncomingMessage, body: Buffer, keys: Keys): void {
  const claim = claimOf(request);
  const [day = "", region, service] = claim.scope;
  if (claim.accessKeyId !== keys.accessKeyId) throw new Refusal(403, "InvalidAccessKeyId");
  if (region !== keys.region || service !== "s3") throw new Refusal(400, "AuthorizationHeaderMalformed");
  if (headerOf(request, "x-amz-content-sha256") !== sha256(body)) throw new Refusal(400, "XAmzContentSHA256Mismatch");
  const key = hmac(hmac(hmac(hmac(`AWS4${keys.secretAccessKey}`, day), region), service), "aws4_request");
  if (hmac(key, stringToSign(request, claim)).toString("hex") !== claim.signature) throw new Refusal(403, "SignatureDoesNotMatch");
}
