import { type Engine, literal, regexMatch } from "@granary/engine";
import { isAppError } from "@granary/kernel";
import { type Mask, problem } from "@granary/protocol";

/**
 * Throws `mask.invalid` for a pattern that the engine does not take, or that matches nothing at all: between any two
 * characters it would find its place and leave them shown. For whoever stores a mask.
 */
export async function checkMask(engine: Engine, mask: Mask, signal?: AbortSignal): Promise<void> {
  if (mask.kind !== "regex") return;
  const expression = regexMatch(literal(""), literal(mask.pattern), { extent: "part" });
  try {
    const { rows } = await engine.use({ kind: "read", ...(signal === undefined ? {} : { signal }) }, (session) =>
      session.run({ kind: "query", query: { kind: "select", items: [{ expression, as: "found" }], from: { kind: "sequence", length: 1 } } }),
    );
    if (rows[0]?.[0] === true)
      throw problem("mask.invalid", { reason: "the pattern matches an empty text, so it would leave values as they are; let it match at least one character" });
  } catch (error) {
    if (isAppError(error) && error.code === "engine.statement_failed")
      throw problem("mask.invalid", { reason: "the pattern is no regular expression of RE2" }, { cause: error });
    throw error;
  }
}
