import { createHash, randomUUID } from "node:crypto";
import { Refusal } from "./signature.ts";

export interface StoredObject {
  readonly content: Buffer;
  readonly etag: string;
  readonly modifiedAt: Date;
}

const MIN_PART_BYTES = 5 * 1024 * 1024;

const md5 = (content: Buffer): string => createHash("md5").update(content).digest("hex");

const escapeXml = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

function readXml(text: string, tag: string): string[] {
  const found = [...text.matchAll(new RegExp(`<${tag}>([^<]*)</${tag}>`, "g"))].map(([, value = ""]) => value);
  return found.map((value) =>
    value
      .replaceAll("&quot;", '"')
      .replaceAll("&apos;", "'")
      .replaceAll("&#39;", "'")
      .replaceAll("&#34;", '"')
      .replaceAll("&lt;", "<")
      .replaceAll("&gt;", ">")
      .replaceAll("&amp;", "&"),
  );
}

/** The objects and unfinished uploads of one bucket, in memory. */
export class Bucket {
  readonly name: string;
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, { readonly key: string; readonly parts: Map<number, Buffer> }>();

  constructor(name: string) {
    this.name = name;
  }

  get(key: string): StoredObject {
    const object = this.objects.get(key);
    if (object === undefined) throw new Refusal(404, "NoSuchKey");
    return object;
  }

  put(key: string, content: Buffer, etag = md5(content)): string {
    this.objects.set(key, { content, etag, modifiedAt: new Date() });
    return etag;
  }

  begin(key: string): string {
    const id = randomUUID();
    this.uploads.set(id, { key, parts: new Map() });
    return `<InitiateMultipartUploadResult><Bucket>${this.name}</Bucket><Key>${escapeXml(key)}</Key><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`;
  }

  putPart(id: string, number: number, content: Buffer): string {
    this.#upload(id).parts.set(number, content);
    return md5(content);
  }

  /** Joins the listed parts, which must be there, in order, and large enough. */
  join(id: string, body: string): string {
    const { key, parts } = this.#upload(id);
    const numbers = readXml(body, "PartNumber").map(Number);
    const etags = readXml(body, "ETag").map((etag) => etag.replaceAll('"', ""));
    const contents = numbers.map((number, index) => {
      const content = parts.get(number);
      if (content === undefined || md5(content) !== etags[index]) throw new Refusal(400, "InvalidPart");
      if (number <= (numbers[index - 1] ?? 0)) throw new Refusal(400, "InvalidPartOrder");
      if (index < numbers.length - 1 && content.length < MIN_PART_BYTES) throw new Refusal(400, "EntityTooSmall");
      return content;
    });
    this.uploads.delete(id);
    const etag = this.put(key, Buffer.concat(contents), `${md5(Buffer.concat(contents))}-${numbers.length}`);
    return `<CompleteMultipartUploadResult><Key>${escapeXml(key)}</Key><ETag>"${etag}"</ETag></CompleteMultipartUploadResult>`;
  }

  abort(id: string): void {
    this.#upload(id);
    this.uploads.delete(id);
  }

  /** A page of keys in the order of their bytes, of the objects given: those of now or of earlier. */
  list(query: URLSearchParams, pageSize: number, objects: ReadonlyMap<string, StoredObject>): string {
    const prefix = query.get("prefix") ?? "";
    const after = query.get("continuation-token") ?? "";
    const keys = [...objects.keys()].filter((key) => key.startsWith(prefix) && (after === "" || Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0));
    const page = keys.toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right))).slice(0, pageSize);
    const isTruncated = page.length < keys.length;
    const encode = (key: string): string => (query.get("encoding-type") === "url" ? encodeURIComponent(key).replaceAll("%20", "+") : escapeXml(key));
    const contents = page.map((key) => {
      const object = objects.get(key);
      return `<Contents><Key>${encode(key)}</Key><LastModified>${object?.modifiedAt.toISOString()}</LastModified><ETag>"${object?.etag}"</ETag><Size>${object?.content.length}</Size></Contents>`;
    });
    const next = isTruncated ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? "")}</NextContinuationToken>` : "";
    const encoding = query.get("encoding-type") === "url" ? "<EncodingType>url</EncodingType>" : "";
    return `<ListBucketResult><Name>${this.name}</Name><Prefix>${encode(prefix)}</Prefix>${encoding}<KeyCount>${page.length}</KeyCount><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join("")}</ListBucketResult>`;
  }

  deleteMany(body: string): string {
    for (const key of readXml(body, "Key")) this.objects.delete(key);
    return "<DeleteResult></DeleteResult>";
  }

  #upload(id: string): { readonly key: string; readonly parts: Map<number, Buffer> } {
    const upload = this.uploads.get(id);
    if (upload === undefined) throw new Refusal(404, "NoSuchUpload");
    return upload;
  }
}
