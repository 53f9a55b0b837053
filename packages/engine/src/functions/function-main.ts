import { FRAME, FRAME_HEADER_BYTES, type FunctionSettings, type FunctionSetup } from "./messages.ts";
import { type FunctionRuntime, openNodeRuntime } from "./node-runtime.ts";

const settings = JSON.parse(process.argv[2] ?? "{}") as FunctionSettings;
const { stdin, stdout } = process;

function answer(kind: number, text: string): void {
  const body = Buffer.from(text, "utf8");
  const header = Buffer.alloc(FRAME_HEADER_BYTES);
  header.writeUInt32BE(body.length);
  header.writeUInt8(kind, 4);
  stdout.write(header);
  stdout.write(body);
}

async function* frames(): AsyncGenerator<string> {
  let kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of stdin as AsyncIterable<Buffer>) {
    kept.push(chunk);
    size += chunk.length;
    while (size >= 4) {
      let whole = kept.length === 1 ? (kept[0] ?? chunk) : Buffer.concat(kept);
      const length = whole.readUInt32BE();
      kept = [whole];
      if (size < 4 + length) break;
      yield whole.toString("utf8", 4, 4 + length);
      whole = whole.subarray(4 + length);
      kept = [whole];
      size = whole.length;
    }
  }
}

async function open(setup: FunctionSetup): Promise<FunctionRuntime> {
  if (settings.runtime === "node") return openNodeRuntime(setup);
  const { openQuickJsRuntime } = await import("./quickjs-runtime.ts");
  return openQuickJsRuntime(setup, settings);
}

let run: FunctionRuntime | undefined;
for await (const frame of frames()) {
  try {
    if (run === undefined) {
      run = await open(JSON.parse(frame) as FunctionSetup);
      answer(FRAME.lines, "");
    } else {
      answer(FRAME.lines, run(frame));
    }
  } catch (error) {
    answer(
      FRAME.fault,
      error instanceof Error ? `${error.constructor.name === "DeadlineFault" ? "deadline" : "fault"}: ${error.message}` : `fault: ${String(error)}`,
    );
  }
}
