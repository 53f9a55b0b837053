import { link, mkdir, realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { problem } from "@granary/protocol";
import { isHiddenByProgram } from "./confinement.ts";

const AT_ONCE = 64;
/** Another file system, a file of another owner, or a file with too many names already. */
const CANNOT_LINK: ReadonlySet<string> = new Set(["EXDEV", "EPERM", "EMLINK", "EACCES", "EOPNOTSUPP"]);

async function linkOne(root: string, file: string): Promise<boolean> {
  try {
    // A link to a symbolic link would point to nothing inside.
    await link(await realpath(file), join(root, file));
    return true;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "";
    if (CANNOT_LINK.has(code)) return false;
    if (code === "ENOENT") throw problem("storage.missing", { name: basename(file) }, { cause: error });
    throw error;
  }
}

/** Makes files visible, under their own paths, to a process whose `/` is `root`. Answers false when one of them cannot be linked. */
export async function linkFiles(root: string, files: readonly string[]): Promise<boolean> {
  if (files.some(isHiddenByProgram)) return false;
  for (const dir of new Set(files.map((file) => dirname(file)))) await mkdir(join(root, dir), { recursive: true });
  for (let start = 0; start < files.length; start += AT_ONCE) {
    const linked = await Promise.all(files.slice(start, start + AT_ONCE).map((file) => linkOne(root, file)));
    if (linked.includes(false)) return false;
  }
  return true;
}
