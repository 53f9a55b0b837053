/** Wraps a release function so that it can be owned with `await using`; releasing twice is harmless. */
export function releasable(release: () => Promise<void> | void): AsyncDisposable {
  let released: Promise<void> | undefined;
  return {
    [Symbol.asyncDispose]: () => {
      released ??= Promise.resolve(release());
      return released;
    },
  };
}
