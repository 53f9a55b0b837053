import { problem } from "@granary/protocol";
import { addressOf, type Pagination, type RestStream } from "./config.ts";
import { type Json, parseExact, valueAt } from "./json.ts";
import { requireOk, type RestAnswer, type RestSession } from "./session.ts";

export type JsonRecord = Readonly<Record<string, Json>>;

const MAX_PAGES = 1_000_000;

interface Page {
  readonly records: readonly JsonRecord[];
  readonly body: Json;
  readonly answer: RestAnswer;
}

function recordsOf(body: Json, { path, records = "" }: RestStream): readonly JsonRecord[] {
  const found = valueAt(body, records);
  const list = Array.isArray(found) ? (found as readonly Json[]) : found === undefined || found === null ? undefined : [found];
  if (list === undefined) {
    if (records !== "" && found === null) return [];
    throw problem("connection.data_invalid", { stream: path, reason: records === "" ? "the answer is empty" : `the answer has nothing at ${records}` });
  }
  return list.map((record) => (typeof record === "object" && record !== null && !Array.isArray(record) ? (record as JsonRecord) : { value: record }));
}

function linkOf(headers: Headers): string | undefined {
  const links = headers.get("link")?.split(/,(?=\s*<)/) ?? [];
  return links.flatMap((link) => (/;\s*rel="?next"?/i.test(link) ? (/<([^>]*)>/.exec(link)?.[1] ?? []) : []))[0];
}

function follow(link: Json, url: URL, stream: string): URL | undefined {
  if (typeof link !== "string" || link === "") return undefined;
  if (!URL.canParse(link, url)) throw problem("connection.data_invalid", { stream, reason: "the address of the next page is none" });
  const next = new URL(link, url);
  // Signed requests go to the connection's own host alone, whatever an answer says.
  if (next.origin !== url.origin) throw problem("connection.data_invalid", { stream, reason: `the next page leads to another host, ${next.host}` });
  return next;
}

function withParameter(url: URL, name: string, value: string | number): URL {
  const next = new URL(url);
  next.searchParams.set(name, String(value));
  return next;
}

/** Where the next page is; undefined after the last. */
function nextPage(pagination: Pagination, url: URL, page: Page, stream: string): URL | undefined {
  switch (pagination.kind) {
    case "page":
      return page.records.length === 0 ? undefined : withParameter(url, pagination.parameter, Number(url.searchParams.get(pagination.parameter)) + 1);
    case "offset":
      return page.records.length === 0
        ? undefined
        : withParameter(url, pagination.parameter, Number(url.searchParams.get(pagination.parameter)) + page.records.length);
    case "cursor": {
      const cursor = valueAt(page.body, pagination.path);
      return typeof cursor === "string" || typeof cursor === "number"
        ? cursor === ""
          ? undefined
          : withParameter(url, pagination.parameter, cursor)
        : undefined;
    }
    case "next_link":
      return follow(valueAt(page.body, pagination.path), url, stream);
    case "link_header":
      return follow(linkOf(page.answer.headers), url, stream);
    case "none":
      return undefined;
  }
}

function firstPage(baseUrl: string, { path, parameters = [], pagination }: RestStream): URL {
  const url = addressOf(baseUrl, path);
  for (const { name, value } of parameters) url.searchParams.set(name, value);
  if (pagination.kind === "page") url.searchParams.set(pagination.parameter, String(pagination.first));
  if (pagination.kind === "offset") url.searchParams.set(pagination.parameter, "0");
  if ((pagination.kind === "page" || pagination.kind === "offset") && pagination.sizeParameter !== undefined)
    url.searchParams.set(pagination.sizeParameter, String(pagination.size));
  return url;
}

interface PageRequest {
  readonly baseUrl: string;
  readonly stream: RestStream;
  /** Further parameters of every page. */
  readonly extra: Readonly<Record<string, string>>;
  readonly onWait?: (untilMs: number) => void;
}

/** Records of a stream, page by page. */
export async function* readPages(session: RestSession, { baseUrl, stream, extra, onWait }: PageRequest): AsyncGenerator<readonly JsonRecord[]> {
  let url: URL | undefined = firstPage(baseUrl, stream);
  for (const [name, value] of Object.entries(extra)) url.searchParams.set(name, value);
  const seen = new Set<string>();
  for (let count = 0; url !== undefined && count < MAX_PAGES; count += 1) {
    if (seen.has(url.href)) throw problem("connection.data_invalid", { stream: stream.path, reason: "a page names one as the next that was read before" });
    seen.add(url.href);
    const answer = await session.send({ url, ...(onWait === undefined ? {} : { onWait }) });
    requireOk(answer, url);
    let body: Json;
    try {
      body = answer.text === "" ? null : parseExact(answer.text);
    } catch (error) {
      throw problem("connection.data_invalid", { stream: stream.path, reason: "the answer is no JSON" }, { cause: error });
    }
    const page: Page = { records: body === null ? [] : recordsOf(body, stream), body, answer };
    yield page.records;
    url = nextPage(stream.pagination, url, page, stream.path);
  }
}
