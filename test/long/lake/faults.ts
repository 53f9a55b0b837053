import { syncBuiltinESMExports } from "node:module";
import { Socket } from "node:net";
import blocking from "node:fs";
import fs, { type FileHandle } from "node:fs/promises";
import { diskThreads } from "../../../packages/lake/src/file-io/disk/index.ts";
import { storeSmallFiles } from "../../../packages/lake/src/file-io/disk/store-small-files.ts";

/** The step at which this process is killed; undefined while nothing is counted. */
let killAt: number | undefined;
let step = 0;

/** From now on every write, flush, rename, deletion and statement is a step; the process dies right before that one. */
export function killBefore(number: number): void {
  killAt = number;
  step = 0;
}

function isTurn(): boolean {
  if (killAt === undefined) return false;
  step += 1;
  return step - 1 === killAt;
}

function pass(): void {
  if (isTurn()) process.kill(process.pid, "SIGKILL");
}

/** Half of a file's content arrives before the end of the process, or of the power. */
function tearWrites(handles: FileHandle): void {
  const { writeFile } = handles;
  handles.writeFile = async function tear(this: FileHandle, content: Buffer) {
    if (!isTurn()) return writeFile.call(this, content);
    await writeFile.call(this, content.subarray(0, content.length / 2));
    process.kill(process.pid, "SIGKILL");
  } as FileHandle["writeFile"];
}

/** What the thread for small files does, it does here, where its calls are counted. */
function watchSmallFiles(): void {
  for (const name of ["fsyncSync", "renameSync", "rmSync", "mkdirSync"] as const) {
    const original = blocking[name] as (...input: readonly unknown[]) => unknown;
    Object.assign(blocking, {
      [name]: (...input: readonly unknown[]) => {
        pass();
        return original(...input);
      },
    });
  }
  const { writeFileSync } = blocking;
  blocking.writeFileSync = (file, content) => {
    if (!isTurn()) return writeFileSync(file, content);
    writeFileSync(file, (content as Uint8Array).subarray(0, (content as Uint8Array).length / 2));
    process.kill(process.pid, "SIGKILL");
  };
  diskThreads.store = async (file) => storeSmallFiles([file])[0] ?? { code: undefined, message: "nothing was stored" };
}

/** Counts what is done to files: through the modules every part of the program uses. */
export async function watchFiles(): Promise<void> {
  watchSmallFiles();
  for (const name of ["rename", "rm", "mkdir", "copyFile"] as const) {
    const original = fs[name] as (...input: readonly unknown[]) => Promise<unknown>;
    Object.assign(fs, {
      [name]: (...input: readonly unknown[]) => {
        pass();
        return original(...input);
      },
    });
  }
  syncBuiltinESMExports();
  await using handle = await fs.open(import.meta.filename);
  const handles = Object.getPrototypeOf(handle) as FileHandle;
  const { sync } = handles;
  handles.sync = function flush(this: FileHandle) {
    pass();
    return sync.call(this);
  };
  tearWrites(handles);
}

const databases = new WeakSet<Socket>();

/** Counts statements when they are sent, and for the end of a transaction also when it was sent and the answer is not there yet. */
export function watchStatements(): void {
  const { connect, write } = Socket.prototype;
  let isSending = false;
  Socket.prototype.connect = function note(this: Socket, ...input: Parameters<Socket["connect"]>) {
    if (JSON.stringify(input).includes(".s.PGSQL")) databases.add(this);
    return connect.apply(this, input);
  } as Socket["connect"];
  Socket.prototype.write = function send(this: Socket, ...input: Parameters<Socket["write"]>) {
    if (!databases.has(this)) return write.apply(this, input);
    if (!isSending) pass();
    // The parts of one statement are sent in one go.
    isSending = true;
    const isEnd = /commit/i.test(String(input[0]));
    setImmediate(() => {
      if (isSending && isEnd) pass();
      isSending = false;
    });
    return write.apply(this, input);
  } as Socket["write"];
}
