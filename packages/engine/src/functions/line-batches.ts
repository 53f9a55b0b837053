import { createReadStream } from "node:fs";

export interface LineBatch {
  readonly lines: Buffer;
  readonly count: number;
}

const LINE_END = 10;

/** The lines of a file in batches of at most `size`, each line with its end. */
export async function* lineBatches(path: string, size: number): AsyncGenerator<LineBatch> {
  let parts: Buffer[] = [];
  let count = 0;
  const cut = (): LineBatch => {
    const batch = { lines: Buffer.concat(parts), count };
    parts = [];
    count = 0;
    return batch;
  };
  for await (const chunk of createReadStream(path, { highWaterMark: 1_048_576 }) as AsyncIterable<Buffer>) {
    let begin = 0;
    for (let end = chunk.indexOf(LINE_END); end >= 0; end = chunk.indexOf(LINE_END, end + 1)) {
      count += 1;
      if (count < size) continue;
      parts.push(chunk.subarray(begin, end + 1));
      begin = end + 1;
      yield cut();
    }
    if (begin < chunk.length) parts.push(chunk.subarray(begin));
  }
  if (count > 0) yield cut();
}
