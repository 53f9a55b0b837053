import { newQuickJSWASMModuleFromVariant, type QuickJSContext, type QuickJSWASMModule, shouldInterruptAfterDeadline } from "quickjs-emscripten-core";
import { BODY_FORMS, type BodyForm, functionText, programText } from "./harness.ts";
import type { FunctionSettings, FunctionSetup } from "./messages.ts";
import type { FunctionRuntime } from "./node-runtime.ts";

/** More would run into the end of WebAssembly's own stack, which no code can catch. */
const STACK_BYTES = 128 * 1024;

/** Told from other faults by the process that started this one. */
class DeadlineFault extends Error {}

function thrown(context: QuickJSContext, error: Parameters<QuickJSContext["dump"]>[0], deadline: number): Error {
  const value = context.dump(error) as { readonly message?: unknown } | undefined;
  error.dispose();
  const text = String(value?.message ?? value);
  return Date.now() >= deadline && text === "interrupted" ? new DeadlineFault(text) : new Error(text);
}

function formOf(quickJs: QuickJSWASMModule, setup: FunctionSetup): BodyForm {
  let fault: Error = new Error("it cannot be read");
  for (const form of BODY_FORMS) {
    using context = quickJs.newContext();
    const result = context.evalCode(`(${functionText(setup.body, form)})`, "function.js");
    if (result.error === undefined) {
      result.value.dispose();
      return form;
    }
    fault = thrown(context, result.error, Number.POSITIVE_INFINITY);
  }
  throw fault;
}

/** QuickJS in WebAssembly: slower, and a wall by itself with limits of time, memory and stack. Each batch gets a world of its own. */
export async function openQuickJsRuntime(setup: FunctionSetup, { memoryBytes, deadlineMs }: FunctionSettings): Promise<FunctionRuntime> {
  const quickJs = await newQuickJSWASMModuleFromVariant(import("@jitl/quickjs-wasmfile-release-sync"));
  const program = programText(setup, formOf(quickJs, setup));
  return (lines) => {
    using runtime = quickJs.newRuntime({ memoryLimitBytes: memoryBytes, maxStackSizeBytes: STACK_BYTES });
    const deadline = Date.now() + deadlineMs;
    runtime.setInterruptHandler(shouldInterruptAfterDeadline(deadline));
    using context = runtime.newContext();
    const made = context.evalCode(program, "function.js");
    if (made.error !== undefined) throw thrown(context, made.error, deadline);
    using run = made.value;
    using text = context.newString(lines);
    const result = context.callFunction(run, context.undefined, text);
    if (result.error !== undefined) throw thrown(context, result.error, deadline);
    using answer = result.value;
    return context.getString(answer);
  };
}
