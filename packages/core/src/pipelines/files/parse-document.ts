import { pipelineDocument, type PipelineDocument, problem } from "@granary/protocol";
import { parse } from "yaml";

/** More than any pipeline has: a file of aliases of aliases must not fill the memory. */
const MAX_ALIASES = 100;

function readText(text: string): unknown {
  try {
    // YAML holds JSON too. No custom tags: a file is data.
    return parse(text, { maxAliasCount: MAX_ALIASES, schema: "core" });
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split("\n")[0] ?? "").replace(/:$/, "") : String(error);
    throw problem("pipeline.file_invalid", { reason }, { cause: error });
  }
}

/** Reads a file, YAML or JSON, into a document; throws `pipeline.file_invalid` naming what does not fit. */
export function parseDocument(text: string): PipelineDocument {
  const parsed = pipelineDocument.safeParse(readText(text));
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({ path: path.join("."), message }));
  const [first] = issues;
  throw problem(
    "pipeline.file_invalid",
    { reason: first === undefined ? "nothing in it" : `${first.path === "" ? "the file" : first.path} ${first.message}` },
    { issues },
  );
}
