import { runParts } from "../foundation/run-parts.ts";
import { history } from "./history.ts";
import { idle } from "./idle.ts";
import { postgres } from "./postgres.ts";
import { transform } from "./transform.ts";
import { trigger } from "./trigger.ts";

await runParts({ postgres, transform, trigger, history, idle });
