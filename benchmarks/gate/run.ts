import { runParts } from "../foundation/run-parts.ts";
import { decision } from "./decision.ts";
import { detection } from "./detection.ts";
import { maskedExport } from "./masked-export.ts";
import { rowPage } from "./row-page.ts";

await runParts({
  decision,
  "masked-export": maskedExport,
  "row-page": rowPage,
  detection,
});
