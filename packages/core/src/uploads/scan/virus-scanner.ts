import { createReadStream } from "node:fs";
import { type ClamdAddress, pingClamd, scanContent, type Verdict } from "./clamd.ts";

/** Looks for viruses in files that arrive. */
export interface VirusScanner {
  scan(path: string, signal: AbortSignal): Promise<Verdict>;
  isReachable(): Promise<boolean>;
}

const CHUNK_BYTES = 256 * 1024;

/** Opened when it is read, so that a file that cannot be opened is the reader's error. */
async function* contentOf(path: string): AsyncGenerator<Buffer> {
  yield* createReadStream(path, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>;
}

/** The scanner of an installation; it connects for each file. */
export function createVirusScanner(address: ClamdAddress): VirusScanner {
  return { scan: (path, signal) => scanContent(address, contentOf(path), signal), isReachable: () => pingClamd(address) };
}
