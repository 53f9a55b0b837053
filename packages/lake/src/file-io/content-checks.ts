import { createHash } from "node:crypto";
import { createReadStream, type Stats } from "node:fs";
import { readFile } from "node:fs/promises";

const CHUNK_BYTES = 1024 * 1024;

/** The SHA-256 of a file of about that size, in hexadecimal. */
export async function sha256Of(path: string, bytes = CHUNK_BYTES): Promise<string> {
  const hash = createHash("sha256");
  // A large buffer for every small file would keep the garbage collector busy.
  if (bytes < CHUNK_BYTES) hash.update(await readFile(path));
  else for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

type Version = Pick<Stats, "ino" | "mtimeMs" | "size">;

const versionOf = ({ ino, mtimeMs }: Pick<Version, "ino" | "mtimeMs">): string => `${ino} ${mtimeMs}`;

/** Remembers which files this process found to have the content they should have, and checks some of them again. */
export class ContentChecks {
  readonly #recheckRate: number;
  /** Path to the version of the file that was checked, or the check under way. */
  readonly #checked = new Map<string, Promise<string>>();

  constructor(recheckRate: number) {
    this.#recheckRate = recheckRate;
  }

  /**
   * Whether a file has the content; read in full the first time, after any change of the file, and as often as the rate says.
   * `readFrom`: another name of the same file, which will not go away meanwhile.
   */
  async fits(path: string, stats: Version, sha256: string, readFrom = path): Promise<boolean> {
    const version = versionOf(stats);
    const known = await this.#checked.get(path)?.catch(() => undefined);
    if (known === `${version} ${sha256}` && Math.random() >= this.#recheckRate) return true;
    const checking = sha256Of(readFrom, stats.size).then((found) => `${version} ${found}`);
    this.#checked.set(path, checking);
    try {
      if ((await checking) === `${version} ${sha256}`) return true;
    } catch (error) {
      this.forget(path);
      throw error;
    }
    this.forget(path);
    return false;
  }

  /** Notes a file whose content this process has just made or checked. */
  note(path: string, stats: Version, sha256: string): void {
    this.#checked.set(path, Promise.resolve(`${versionOf(stats)} ${sha256}`));
  }

  forget(path: string): void {
    this.#checked.delete(path);
  }
}
