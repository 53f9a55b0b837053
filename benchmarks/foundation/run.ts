import { installedSize } from "./installed-size.ts";
import { metadataReads } from "./metadata-reads.ts";
import { type Figure, report } from "./report.ts";
import { sockets } from "./sockets.ts";
import { startAndRest } from "./start-and-rest.ts";
import { web } from "./web.ts";

const parts: Readonly<Record<string, () => Promise<Figure[]>>> = {
  "start-and-rest": startAndRest,
  "metadata-reads": metadataReads,
  sockets,
  web,
  "installed-size": installedSize,
};

const asked = process.argv.slice(2);
const names = asked.length === 0 ? Object.keys(parts) : asked;
const figures: Figure[] = [];
for (const name of names) {
  const part = parts[name];
  if (part === undefined) throw new Error(`${name}: no such part; known: ${Object.keys(parts).join(", ")}`);
  figures.push(...(await part()));
}
process.exitCode = report(figures) ? 0 : 1;
