import type { Unit } from "../carry-out/plan-units.ts";
import type { Work } from "../carry-out/work.ts";
import { runFunctionNode } from "./function.ts";
import { runGate } from "./gate.ts";
import { runSourceDataset } from "./source-dataset.ts";
import { runSourceRows } from "./source-rows.ts";
import { runSourceStream } from "../streams/read-stream.ts";
import type { StepResult } from "./step-result.ts";
import { runSql } from "./sql.ts";
import { runTransform } from "./transform.ts";

/** Carries out one piece of a run, all but destinations. */
export function runStep(work: Work, unit: Unit): Promise<StepResult> {
  const { node } = unit;
  switch (node.kind) {
    case "source_dataset":
      return runSourceDataset(work, node);
    case "source_stream":
      return runSourceStream(work, node);
    case "source_rows":
      return runSourceRows(work, node);
    case "gate":
      return runGate(work, node);
    case "sql":
      return runSql(work, node);
    case "function":
      return runFunctionNode(work, node);
    default:
      return runTransform(work, unit);
  }
}
