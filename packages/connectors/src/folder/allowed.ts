import { realpath } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import type { ConnectorContext } from "../connector.ts";

const isInside = (folder: string, path: string): boolean => {
  const way = relative(folder, path);
  return way === "" || (!isAbsolute(way) && way.split(sep)[0] !== "..");
};

/** The real path of a folder, links followed; undefined where there is none. */
const real = (path: string): Promise<string | undefined> => realpath(path).catch(() => undefined);

/** The connection's folder, if it really lies in one that an administrator allowed. Throws `connection.refused`. */
export async function requireAllowedFolder(context: ConnectorContext): Promise<string> {
  const asked = String(context.config.folder);
  if (!isAbsolute(asked)) throw problem("connection.refused", { reason: "the folder must be an absolute path", stage: "settings" });
  const allowed = (await Promise.all(context.sharedFolders.map(real))).flatMap((folder) => folder ?? []);
  const folder = await real(asked);
  // Whether a folder exists elsewhere is nobody's business.
  if (folder === undefined && context.sharedFolders.some((shared) => isInside(shared, asked)))
    throw problem("connection.refused", { reason: "there is no such folder", stage: "name" });
  if (folder === undefined || !allowed.some((shared) => isInside(shared, folder)))
    throw problem("connection.refused", { reason: "the folder is none that an administrator allowed in GRANARY_FOLDERS", stage: "permission" });
  return folder;
}

/** A path below the folder, wherever links on the way lead; throws `connection.stream_not_found` for what lies outside. */
export async function requireInside(folder: string, path: string): Promise<string> {
  try {
    const found = await realpath(join(folder, path));
    if (isInside(folder, found)) return found;
  } catch (error) {
    if (isAppError(error)) throw error;
  }
  throw problem("connection.stream_not_found", { stream: path });
}
