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

function canonicalQuery(query: string): string {
  const pairs = query === "" ? [] : query.split("&").map((pair) => (pair.includes("=") ? pair : `${pair}=`));
  return pairs.toSorted((left, right) => (left < right ? -1 : 1)).join("&");
}

/** Checks an AWS Signature Version 4 in the header, the SHA-256 of the body included. Throws {@link Refusal} as S3 answers. */
export function requireSignature(request: IncomingMessage, body: Buffer, keys: Keys): void {
  const header = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(request.headers.authorization ?? "");
  if (header === null) throw new Refusal(403, "AccessDenied");
  const [, credential = "", signedHeaders = "", signature] = header;
  const [accessKeyId, ...scope] = credential.split("/");
  if (accessKeyId !== keys.accessKeyId) throw new Refusal(403, "InvalidAccessKeyId");
  const [day = "", region = "", service = ""] = scope;
  if (region !== keys.region || service !== "s3") throw new Refusal(400, "AuthorizationHeaderMalformed");
  const payload = String(request.headers["x-amz-content-sha256"] ?? "");
  if (payload !== sha256(body)) throw new Refusal(400, "XAmzContentSHA256Mismatch");
  const [path = "", query = ""] = (request.url ?? "").split("?");
  const headers = signedHeaders.split(";").map((name) => `${name}:${String(request.headers[name] ?? "").trim()}\n`);
  const canonical = [request.method, path, canonicalQuery(query), headers.join(""), signedHeaders, payload].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", String(request.headers["x-amz-date"]), scope.join("/"), sha256(canonical)].join("\n");
  const key = ["aws4_request"].reduce(hmac, [region, service].reduce(hmac, hmac(`AWS4${keys.secretAccessKey}`, day)));
  if (hmac(key, toSign).toString("hex") !== signature) throw new Refusal(403, "SignatureDoesNotMatch");
}
