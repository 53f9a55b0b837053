import type { MadeTable } from "./cells.ts";
import { HELD_OUT_TABLES } from "./held-out-tables.ts";
import { TUNING_TABLES } from "./tuning-tables.ts";
import type { Half } from "./words.ts";

export const TABLES: Readonly<Record<Half, readonly MadeTable[]>> = { tuning: TUNING_TABLES, heldOut: HELD_OUT_TABLES };
