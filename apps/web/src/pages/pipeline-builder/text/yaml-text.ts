import { fileForm } from "@granary/graph";
import { type GraphFault, pipelineDocument, type PipelineDocument } from "@granary/protocol";
import { isNode, LineCounter, parseDocument, stringify } from "yaml";

export type TextFormat = "yaml" | "json";

/** Something wrong in a text, from one character to another. */
export interface TextFault {
  readonly from: number;
  readonly to: number;
  readonly line: number;
  readonly severity: "error" | "warning";
  readonly message: string;
}

export interface ReadText {
  /** Undefined when the text is no pipeline. */
  readonly document: PipelineDocument | undefined;
  readonly faults: readonly TextFault[];
}

/** A document as files hold it: reading it gives the same document. */
export const writeText = (document: PipelineDocument, format: TextFormat): string =>
  format === "json" ? `${JSON.stringify(fileForm(document), undefined, 2)}\n` : stringify(fileForm(document), { lineWidth: 0 });

type Path = readonly (string | number)[];
type Place = { readonly from: number; readonly to: number; readonly line: number };

/** Where in the text a setting stands; the nearest thing around it where it is not said. */
function placer(text: string) {
  const counter = new LineCounter();
  const parsed = parseDocument(text, { lineCounter: counter, prettyErrors: false });
  const placeOf = (path: Path): Place => {
    for (let length = path.length; length >= 0; length -= 1) {
      const found = length === 0 ? parsed.contents : parsed.getIn(path.slice(0, length), true);
      if (!isNode(found) || found.range == null) continue;
      const [from, to] = found.range;
      return { from, to, line: counter.linePos(from).line };
    }
    return { from: 0, to: 0, line: 1 };
  };
  return { parsed, counter, placeOf };
}

/** Reads YAML or JSON, which YAML holds. */
export function readText(text: string): ReadText {
  const { parsed, counter, placeOf } = placer(text);
  if (parsed.errors.length > 0)
    return {
      document: undefined,
      faults: parsed.errors.map(({ message, pos: [from, to] }) => ({ from, to, line: counter.linePos(from).line, severity: "error", message })),
    };
  const read = pipelineDocument.safeParse(parsed.toJS());
  if (read.success) return { document: read.data, faults: [] };
  return {
    document: undefined,
    faults: read.error.issues.map(({ path, message }) => {
      const where = path.length === 0 ? "" : `${path.join(".")}: `;
      return { ...placeOf(path as Path), severity: "error", message: `${where}${message}` };
    }),
  };
}

/** Faults of a graph at their places in its text. */
export function placeFaults(text: string, document: PipelineDocument, faults: readonly GraphFault[]): readonly TextFault[] {
  const { placeOf } = placer(text);
  return faults.map(({ node, path, message, severity }) => {
    const index = document.nodes.findIndex(({ id }) => id === node);
    const within = path === null || path === "" ? [] : path.split(".").map((part) => (/^\d+$/.test(part) ? Number(part) : part));
    const at: Path = index < 0 ? within : within.length === 0 ? ["nodes", index, "id"] : ["nodes", index, "settings", ...within];
    return { ...placeOf(at), severity, message: node === null ? message : `${node}: ${message}` };
  });
}
