import { setTimeout as sleep } from "node:timers/promises";
import type { ConnectionConfig, Connector, StreamAddress, StreamState } from "@granary/connectors";
import type { CheckStep } from "@granary/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { contextFor } from "./connector-context.ts";
import { readChunks, request, type Row, rowsIn, stateAfter } from "./read-all.ts";

/** Long enough to be in the middle of it. */
const BEGUN_MS = 150;
const STOP_MS = 2_000;

type Stream = Partial<StreamAddress> & { readonly name: string };

/** A real system with data in it, and what is known of that data. */
export interface SourceUnderTest extends AsyncDisposable {
  readonly config: ConnectionConfig;
  /** Texts that must never appear in an answer. */
  readonly secrets: readonly string[];
  readonly sharedFolders?: readonly string[];
  /** Its streams are described by people, not discovered. */
  readonly isDescribed?: boolean;
  /** A stream with odd values, and its rows as they have to be read; order does not count. */
  readonly odd: { readonly stream: Stream; readonly rows: readonly Row[] };
  /** A stream that grows: `grow` adds so many rows or files. Chunks of `chunkBytes` are to be several. */
  readonly growing: {
    readonly stream: Stream;
    readonly cursor?: string;
    readonly keys: readonly string[];
    readonly chunkBytes: number;
    grow(count: number): Promise<void>;
  };
  /** A stream that takes long, and what slows it down; `started` resolves when reading has begun. */
  readonly slow: { readonly stream: Stream; readonly config?: ConnectionConfig };
  readonly wrong: readonly { readonly what: string; readonly config: ConnectionConfig; readonly step: CheckStep["name"]; readonly message: RegExp }[];
}

const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).toSorted();

/** The checks every connector passes that reads. */
export function itReads(connector: Connector, start: () => Promise<SourceUnderTest>): void {
  let source: SourceUnderTest;
  beforeAll(async () => {
    source = await start();
  });
  afterAll(async () => source[Symbol.asyncDispose]());

  const contextOf = (config: ConnectionConfig, options: { signal?: AbortSignal; privateHosts?: readonly string[] } = {}) =>
    contextFor(config, { ...options, ...(source.sharedFolders === undefined ? {} : { sharedFolders: source.sharedFolders }) });

  async function readOn(state: StreamState | null, limit?: number) {
    const { stream, cursor, keys, chunkBytes } = source.growing;
    await using context = await contextOf(source.config);
    const asked = request(stream, { mode: "incremental", keys, state, chunkBytes, ...(cursor === undefined ? {} : { cursor }) });
    const chunks = await readChunks(connector, context, asked, limit);
    const kept = chunks.slice(0, chunks.findLastIndex((chunk) => chunk.state !== undefined) + 1);
    return { chunks, kept, state: stateAfter(chunks, state) };
  }

  describe("conformance", () => {
    it("passes its own test", async () => {
      await using context = await contextOf(source.config);
      const steps = await connector.check(context);
      expect(steps.filter(({ state }) => state === "failed" || state === "skipped")).toEqual([]);
      expect(JSON.stringify(steps)).not.toContain(source.secrets[0] ?? "\0");
    });

    it("discovers the streams it reads", async () => {
      await using context = await contextOf(source.config);
      const names = (await connector.discover(context)).map(({ name }) => name);
      expect(source.isDescribed === true ? [source.odd.stream.name] : names).toContain(source.odd.stream.name);
    });

    it("reads exactly what is there", async () => {
      await using context = await contextOf(source.config);
      const chunks = await readChunks(connector, context, request(source.odd.stream));
      expect(sorted(rowsIn(chunks))).toEqual(sorted(source.odd.rows));
    });

    it("reads what is new once, and misses nothing", async () => {
      await source.growing.grow(5);
      const first = await readOn(null);
      const nothing = await readOn(first.state);
      expect(rowsIn(nothing.chunks)).toEqual([]);
      await source.growing.grow(3);
      const second = await readOn(nothing.state);
      expect(rowsIn(second.chunks)).toHaveLength(3);
      expect(new Set(sorted([...rowsIn(first.chunks), ...rowsIn(second.chunks)])).size).toBe(rowsIn(first.chunks).length + 3);
    });

    it("goes on behind the last state that was kept", async () => {
      const all = rowsIn((await readOn(null)).chunks);
      const begun = await readOn(null, 1);
      const rest = await readOn(begun.state);
      expect(sorted([...rowsIn(begun.kept), ...rowsIn(rest.chunks)])).toEqual(sorted(all));
    });

    it("stops within two seconds when it is told to", async () => {
      const stop = new AbortController();
      await using context = await contextOf(source.slow.config ?? source.config, { signal: stop.signal });
      const reading = readChunks(connector, context, request(source.slow.stream));
      const ended = reading.then(
        () => "it read to the end",
        () => "it stopped",
      );
      await sleep(BEGUN_MS);
      stop.abort();
      expect(await Promise.race([ended, sleep(STOP_MS, "it went on", { ref: false })])).toBe("it stopped");
    });

    it("names the step that failed, and never a secret", async () => {
      for (const { what, config, step, message } of source.wrong) {
        await using context = await contextOf(config);
        const steps = await connector.check(context);
        const failed = steps.find(({ state }) => state === "failed");
        expect({ what, step: failed?.name, steps }).toMatchObject({ what, step });
        expect(failed?.message).toMatch(message);
        for (const secret of source.secrets) expect(JSON.stringify(steps)).not.toContain(secret);
        const asked = readChunks(connector, context, request(source.odd.stream)).catch((error: unknown) => error);
        for (const secret of source.secrets) expect(String(await asked)).not.toContain(secret);
      }
    });
  });
}
