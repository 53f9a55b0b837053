import { constants, createContext, Script } from "node:vm";
import { BODY_FORMS, functionText, programText } from "./harness.ts";
import type { FunctionSetup } from "./messages.ts";

/** Runs lines of rows through a function; throws when the function itself is wrong. */
export type FunctionRuntime = (lines: string) => string;

function compile(setup: FunctionSetup): Script {
  let fault: unknown;
  for (const form of BODY_FORMS) {
    try {
      // By itself first: a body that closes what is put around it is no function.
      new Script(`(${functionText(setup.body, form)})`, { filename: "function.js" });
      return new Script(programText(setup, form), { filename: "function.js" });
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}

/**
 * Node's own engine. Each batch gets a world of its own, so that nothing is carried from one to the next, with no object of this one in it:
 * only texts go in and out. It keeps code apart, it does not confine it; the process's walls do.
 */
export function openNodeRuntime(setup: FunctionSetup): FunctionRuntime {
  const script = compile(setup);
  return (lines) => {
    const world = createContext(constants.DONT_CONTEXTIFY, { codeGeneration: { strings: false, wasm: false } });
    return String((script.runInContext(world) as FunctionRuntime)(lines));
  };
}
