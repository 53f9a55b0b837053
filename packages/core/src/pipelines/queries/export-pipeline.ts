import type { PipelineDocument } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { requireDocument, requirePipeline } from "../documents/index.ts";
import { printDocument } from "../files/index.ts";

export interface ExportedPipeline {
  readonly text: string;
  readonly fileName: string;
  readonly contentType: string;
}

const MEDIA_TYPES = { yaml: "application/yaml; charset=utf-8", json: "application/json; charset=utf-8" } as const;

const fileName = (document: PipelineDocument, format: "yaml" | "json"): string =>
  `${
    document.name
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]+/gu, "-")
      .replaceAll(/^-|-$/g, "") || "pipeline"
  }.${format}`;

/** A version as a file for git, the newest unless said. */
export async function exportPipeline(
  ctx: Ctx,
  idOrName: string,
  { format, version }: { readonly format: "yaml" | "json"; readonly version?: number | undefined },
): Promise<ExportedPipeline> {
  const row = await requirePipeline(ctx, idOrName);
  const document = await requireDocument(ctx, row.id, version ?? row.version_number);
  return { text: printDocument(document, format), fileName: fileName(document, format), contentType: MEDIA_TYPES[format] };
}
