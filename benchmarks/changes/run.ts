import { runParts } from "../foundation/run-parts.ts";
import { merge } from "./merge.ts";

await runParts({ merge });
