import { objectParam, present, textParam } from "../../kit/search-params.ts";

/** What the address of a new pipeline can bring along: a stream of a connection to begin with. */
export const newPipelineSearch = (raw: Record<string, unknown>) =>
  present({
    connection: textParam(raw, "connection", 200),
    namespace: textParam(raw, "namespace", 500),
    stream: textParam(raw, "stream", 500),
    config: objectParam(raw, "config"),
  });

export type FirstSource = ReturnType<typeof newPipelineSearch>;
