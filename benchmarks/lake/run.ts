import { runParts } from "../foundation/run-parts.ts";
import { commits } from "./commits.ts";
import { diff } from "./diff.ts";
import { pages } from "./pages.ts";
import { scan } from "./scan.ts";
import { write } from "./write.ts";

await runParts({
  commits,
  diff,
  pages,
  scan,
  write,
});
