import { runParts } from "../foundation/run-parts.ts";
import { detection } from "./detection.ts";
import { maskedExport } from "./masked-export.ts";
import { rowPage } from "./row-page.ts";

await runParts({
  "masked-export": maskedExport,
  "row-page": rowPage,
  detection,
});
