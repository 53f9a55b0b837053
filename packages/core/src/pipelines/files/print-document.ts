import { fileForm } from "@granary/graph";
import type { PipelineDocument } from "@granary/protocol";
import { stringify } from "yaml";

/** A document as a file for people and git; reading it gives the same document. */
export function printDocument(document: PipelineDocument, format: "yaml" | "json"): string {
  const form = fileForm(document);
  return format === "json" ? `${JSON.stringify(form, null, 2)}\n` : stringify(form, { lineWidth: 0, aliasDuplicateObjects: false });
}
