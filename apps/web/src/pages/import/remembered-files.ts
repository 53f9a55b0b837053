import type { Upload } from "@granary/protocol";

const KEY = "granary.uploads";
const MAX_REMEMBERED = 50;

type Remembered = Readonly<Record<string, number>>;

function remembered(): Remembered {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return typeof value === "object" && value !== null ? (value as Remembered) : {};
  } catch {
    return {};
  }
}

/** Notes which file an upload is of, so that the same one can be told from another of its name after a reload. */
export function rememberFile(id: Upload["id"], file: File): void {
  try {
    const kept = Object.entries(remembered()).slice(-MAX_REMEMBERED);
    localStorage.setItem(KEY, JSON.stringify(Object.fromEntries([...kept, [id, file.lastModified]])));
  } catch {
    // Without storage a cut-off upload begins anew.
  }
}

/** The upload of this very file that was cut off. */
export function begunUpload(file: File, open: readonly Upload[]): Upload | undefined {
  const known = remembered();
  return open.find(
    (upload) => upload.status === "receiving" && upload.fileName === file.name && upload.bytes === file.size && known[upload.id] === file.lastModified,
  );
}
