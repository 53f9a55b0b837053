import { createInterface } from "node:readline/promises";
import type { Config } from "../config.ts";

/** What every administration command works with. */
export interface Desk {
  /** Reads the configuration; throws a ConfigError that names what is wrong. */
  readonly config: () => Config;
  /** The result of a command. */
  say(sentence: string): void;
  /** What goes on meanwhile, and warnings. */
  note(sentence: string): void;
  /** The answer of a person at a terminal; undefined where there is none. */
  ask(question: string): Promise<string | undefined>;
  readAll(): Promise<string>;
}

/** A command that did its work and has bad news: it was printed, and the exit code says so. */
export class BadNews extends Error {
  override readonly name = "BadNews";
}

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

export function createDesk(streams: Streams, config: () => Config): Desk {
  const { stdin, stdout, stderr } = streams;
  return {
    config,
    say: (sentence) => void stdout.write(`${sentence}\n`),
    note: (sentence) => void stderr.write(`${sentence}\n`),
    async ask(question) {
      if (!stdin.isTTY) return undefined;
      using lines = createInterface({ input: stdin, output: stderr });
      return await lines.question(question);
    },
    async readAll() {
      stdin.setEncoding("utf8");
      let text = "";
      for await (const part of stdin) text += String(part);
      return text;
    },
  };
}
