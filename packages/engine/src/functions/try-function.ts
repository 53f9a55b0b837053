import { problem } from "@granary/protocol";
import { FunctionChild, type FunctionPlace } from "./function-child.ts";
import { setupOf } from "./run-function.ts";
import type { FunctionDefinition, FunctionTrial, TriedRow } from "./types.ts";

const TRIAL_DEADLINE_MS = 5_000;

/** A text as what its argument would be in JSON. */
function valueOf(value: string | null, type: FunctionDefinition["arguments"][number]["type"]): unknown {
  if (value === null) return null;
  if (type === "boolean") return value.trim().toLowerCase() === "true";
  const isNumber = type === "integer" || type === "number" || type.startsWith("decimal");
  // Left as text it becomes a BigInt, NaN or an error as in a run.
  if (!isNumber || (type === "integer" && !Number.isSafeInteger(Number(value)))) return value;
  return Number.isFinite(Number(value)) && value.trim() !== "" ? Number(value) : value;
}

/** Runs a function over rows somebody typed; throws `transformation.invalid` and `transformation.failed`. */
export async function tryFunction(place: FunctionPlace, trial: FunctionTrial): Promise<TriedRow[]> {
  await using child = await FunctionChild.start(place, setupOf(trial), { batchDeadlineMs: TRIAL_DEADLINE_MS, signal: trial.signal });
  if (trial.rows.length === 0) return [];
  const lines = trial.rows.map((row) =>
    JSON.stringify(Object.fromEntries(trial.arguments.map(({ name, type }, index) => [name, valueOf(row[index] ?? null, type)]))),
  );
  const answer = await child.run(Buffer.from(`${lines.join("\n")}\n`, "utf8"), lines.length);
  return answer
    .toString("utf8")
    .trimEnd()
    .split("\n")
    .map((line): TriedRow => {
      const result: unknown = JSON.parse(line);
      if (typeof result !== "object" || result === null) throw problem("transformation.failed", { reason: "it answered nonsense" });
      const fields = new Map(Object.entries(result));
      if (fields.has("e")) return { values: null, fault: String(fields.get("e")) };
      return { values: trial.outputs.map((_, index) => (typeof fields.get(`o${index}`) === "string" ? String(fields.get(`o${index}`)) : null)), fault: null };
    });
}
