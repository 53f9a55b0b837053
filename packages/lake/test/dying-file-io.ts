import type { FileIo } from "@granary/lake";

/** A storage that does nothing more after some steps, as if the process had been killed: what cleans up after failures fails too. */
export function dyingFileIo(fileIo: FileIo, steps: number): FileIo {
  let step = 0;
  const live = <T>(work: () => Promise<T>): Promise<T> => {
    step += 1;
    return step > steps ? Promise.reject(new Error("killed")) : work();
  };
  return {
    scratchPath: (name) => live(() => fileIo.scratchPath(name)),
    write: (uri, content) => live(() => fileIo.write(uri, content)),
    publish: (path, uri) => live(() => fileIo.publish(path, uri)),
    delete: (uris) => live(() => fileIo.delete(uris)),
    read: (uri, expected) => fileIo.read(uri, expected),
    open: (expected) => fileIo.open(expected),
    list: (prefix) => fileIo.list(prefix),
    sweepScratch: (before) => fileIo.sweepScratch(before),
  };
}
