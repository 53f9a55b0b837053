import { type GraphColumn, type NodeOf, problem } from "@granary/protocol";

type Settings = NodeOf<"source_stream">["settings"];

/** How a source's columns differ from those the pipeline was drawn with, as people read it. */
function differences(known: readonly GraphColumn[], found: readonly GraphColumn[]): readonly string[] {
  const before = new Map(known.map(({ name, type }) => [name, type]));
  const now = new Map(found.map(({ name, type }) => [name, type]));
  return [
    ...found.filter(({ name }) => !before.has(name)).map(({ name, type }) => `${name} (${type}) is new`),
    ...known.filter(({ name }) => !now.has(name)).map(({ name }) => `${name} is gone`),
    ...found.flatMap(({ name, type }) => {
      const was = before.get(name);
      return was === undefined || was === type ? [] : [`${name} was ${was} and is ${type}`];
    }),
  ];
}

/** What a stream's rows are read as, and what people should know about it. */
export interface ReadAs {
  readonly columns: readonly GraphColumn[];
  readonly warnings: readonly string[];
}

/**
 * The columns rows are read as by the stream's policy: those found (`propagate`), or those the pipeline was drawn with, of which what is
 * gone is null and what does not fit is kept apart (`ask`). Throws `run.drift` where it is to stop.
 */
export function readAs({ schema, columns: wanted, drift, stream }: Settings, found: readonly GraphColumn[]): ReadAs {
  const known = wanted.length === 0 ? schema : schema.filter(({ name }) => wanted.includes(name));
  const changes = known.length === 0 ? [] : differences(known, found);
  if (changes.length === 0) return { columns: found, warnings: [] };
  if (drift === "stop") throw problem("run.drift", { stream: stream.name, changes: changes.join(", ") });
  if (drift === "propagate") return { columns: found, warnings: [] };
  return { columns: known, warnings: [`${stream.name} has other columns than the pipeline: ${changes.join(", ")}. Rows are read as before`] };
}
