import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

interface Files {
  readonly base: string;
  readonly edited: string;
}

interface Peer {
  readonly seconds: number;
  readonly changed: number;
}

const run = promisify(execFile);

const PANDAS = `
import sys, time
start = time.perf_counter()
import pandas
old, new = (pandas.read_csv(path, dtype=str, keep_default_na=False).set_index("id") for path in sys.argv[1:3])
both = old.index.intersection(new.index)
differs = (old.loc[both] != new.loc[both])
changed = differs.any(axis=1)
added, removed = new.index.difference(old.index), old.index.difference(new.index)
print(time.perf_counter() - start, int(changed.sum()) + len(added) + len(removed))
`;

/** Of Debian's python3-pandas; undefined where it is not installed. */
export async function pandasSeconds({ base, edited }: Files): Promise<Peer | undefined> {
  for (const python of ["/usr/bin/python3", "python3"]) {
    const isThere = await run(python, ["-c", "import pandas"]).then(
      () => true,
      () => false,
    );
    if (!isThere) continue;
    const [seconds = 0, changed = 0] = (await run(python, ["-c", PANDAS, base, edited])).stdout.split(" ").map(Number);
    return { seconds, changed };
  }
  return undefined;
}

/** By npm's daff with the id as the key, in a process of its own with as much memory as it wants; undefined when it runs out of it. */
export async function daffSeconds({ base, edited }: Files): Promise<Peer | undefined> {
  const client = fileURLToPath(new URL("daff-client.ts", import.meta.url));
  const answer = await run(process.execPath, ["--max-old-space-size=12288", client, base, edited], { maxBuffer: 1024 * 1024 }).catch(() => undefined);
  return answer === undefined ? undefined : (JSON.parse(answer.stdout) as Peer);
}
