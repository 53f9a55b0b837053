import { runParts } from "../foundation/run-parts.ts";
import { merge } from "./merge.ts";
import { propose } from "./propose.ts";

await runParts({ propose, merge });
