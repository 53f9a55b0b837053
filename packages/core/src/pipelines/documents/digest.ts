import { createHash } from "node:crypto";
import { canonical } from "@granary/graph";
import type { PipelineDocument } from "@granary/protocol";

/** SHA-256 of a document in its canonical form. */
export const digestOf = (document: PipelineDocument): string => createHash("sha256").update(canonical(document)).digest("hex");
