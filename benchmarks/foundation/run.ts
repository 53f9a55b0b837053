import { installedSize } from "./installed-size.ts";
import { metadataReads } from "./metadata-reads.ts";
import { runParts } from "./run-parts.ts";
import { sockets } from "./sockets.ts";
import { startAndRest } from "./start-and-rest.ts";
import { web } from "./web.ts";

await runParts({
  "start-and-rest": startAndRest,
  "metadata-reads": metadataReads,
  sockets,
  web,
  "installed-size": installedSize,
});
