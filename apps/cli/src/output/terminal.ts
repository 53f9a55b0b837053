import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

/** The streams of the command and what they can show. */
export interface Terminal {
  /** Columns of standard output; undefined when it is a file or a pipe. */
  readonly width: number | undefined;
  readonly canAsk: boolean;
  /** Whether somebody sees a line of standard error that changes. */
  readonly showsProgress: boolean;
  write(text: string): void;
  /** Messages, questions and errors: everything that must not end up in a pipe. */
  note(text: string): void;
  /** The text in a style, where the stream of `target` shows styles. */
  paint(style: Style, text: string, target?: "output" | "notes"): string;
  /** Asks for a secret without showing it; from a pipe, reads its first line. */
  readSecret(question: string): Promise<string>;
  readAll(): Promise<string>;
}

interface Streams {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const NARROWEST = 40;

async function readAll(stdin: NodeJS.ReadStream): Promise<string> {
  stdin.setEncoding("utf8");
  let text = "";
  for await (const part of stdin) text += String(part);
  return text;
}

async function askHidden(streams: Streams, question: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: streams.stdin, output: nowhere, terminal: true });
  // The terminal echoes until the interface has taken it over: what is typed ahead of the question would be seen.
  streams.stderr.write(question);
  try {
    return await new Promise<string>((resolve, reject) => {
      lines.once("line", resolve);
      lines.once("SIGINT", () => process.kill(process.pid, "SIGINT"));
      lines.once("close", () => reject(new Error("Nothing was entered.")));
    });
  } finally {
    lines.close();
    streams.stderr.write("\n");
  }
}

export function createTerminal(streams: Streams, mayColor: boolean): Terminal {
  const { stdin, stdout, stderr } = streams;
  return {
    width: stdout.isTTY ? Math.max(NARROWEST, stdout.columns ?? 80) : undefined,
    canAsk: stdin.isTTY && stderr.isTTY,
    showsProgress: stderr.isTTY,
    write: (text) => void stdout.write(text),
    note: (text) => void stderr.write(text),
    paint: (style, text, target = "output") => {
      const stream = target === "output" ? stdout : stderr;
      return mayColor && stream.isTTY ? styleText(style, text, { validateStream: false }) : text;
    },
    readSecret: async (question) => (stdin.isTTY ? askHidden(streams, question) : ((await readAll(stdin)).split("\n", 1)[0] ?? "").trim()),
    readAll: () => readAll(stdin),
  };
}
