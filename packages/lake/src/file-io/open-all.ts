import type { ExpectedFile, FileIo } from "./file-io.ts";

/** Several stored files by path, until disposed. */
export interface LocalFiles extends AsyncDisposable {
  /** By URI. */
  readonly paths: ReadonlyMap<string, string>;
}

/** Makes files readable by path, all at once: those that lie elsewhere come side by side. Those that came are let go when one fails. */
export async function openAll(fileIo: FileIo, files: readonly ExpectedFile[]): Promise<LocalFiles> {
  await using opened = new AsyncDisposableStack();
  const settled = await Promise.allSettled(
    files.map(async (file) => {
      const { path } = opened.use(await fileIo.open(file));
      return [file.uri, path] as const;
    }),
  );
  const failed = settled.find((result) => result.status === "rejected");
  if (failed !== undefined) throw failed.reason;
  const paths = new Map(settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])));
  const held = opened.move();
  return { paths, [Symbol.asyncDispose]: () => held.disposeAsync() };
}
