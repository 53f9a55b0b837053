import { runParts } from "../foundation/run-parts.ts";
import { detection } from "./detection.ts";

await runParts({ detection });
