import type { NodeOf, Pipeline, RouteResult, Routes } from "@granary/protocol";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { itemsOf } from "../../api/list.ts";
import { streamStatesQuery, useResetStream, useUndoStream } from "../../api/pipelines.ts";
import { useConfirm } from "../../kit/confirm.tsx";
import { EmptyState } from "../../kit/empty-state.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { moreOf } from "../../kit/list-more.ts";
import { Panel } from "../../kit/panel.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { Label } from "../../kit/status-badge.tsx";
import { toastDone } from "../../kit/toast.tsx";
import { useSlug } from "../../shell/index.ts";
import classes from "./pipelines.module.css";

type Source = NodeOf<"source_stream">;
type State = RouteResult<Routes["pipelines.states"]>["items"][number];

/** How far each stream was read, what came of it, and the way back. */
export function StreamsTab({ pipeline }: { readonly pipeline: Pipeline }) {
  const sources = pipeline.document.nodes.filter((node): node is Source => node.kind === "source_stream");
  return (
    <div className={classes.stack}>
      {sources.map((source) => (
        <Stream key={source.id} pipeline={pipeline} source={source} />
      ))}
    </div>
  );
}

const nameOf = ({ settings: { stream } }: Source): string => (stream.namespace === null ? stream.name : `${stream.namespace}.${stream.name}`);

function Stream({ pipeline, source }: { readonly pipeline: Pipeline; readonly source: Source }) {
  const query = useInfiniteQuery(streamStatesQuery(pipeline.id, source.id));
  const states = itemsOf(query.data);
  const more = moreOf(query);
  const actions = useStreamActions(pipeline, source);
  const mode =
    source.settings.mode === "full" ? "read whole each time" : `only what is new${source.settings.cursor === undefined ? "" : ` by ${source.settings.cursor}`}`;
  return (
    <Panel
      title={nameOf(source)}
      text={`${source.title === "" ? source.id : source.title}, ${mode}`}
      flush
      actions={
        pipeline.can.run &&
        states.length > 0 && (
          <>
            <Button variant="default" size="compact-xs" onClick={actions.undo} aria-label={`Undo the last of ${nameOf(source)}`}>
              Undo the last
            </Button>
            <Button variant="default" size="compact-xs" onClick={actions.reset} aria-label={`Begin anew: ${nameOf(source)}`}>
              Begin anew
            </Button>
          </>
        )
      }
    >
      {query.error !== null && <ErrorNote error={query.error} onRetry={() => void query.refetch()} />}
      {query.isPending && <Line width="50%" />}
      {query.data !== undefined && states.length === 0 && <EmptyState small title="Not read yet" text="After each run it stands here how far it was read." />}
      <ol className={classes.states}>
        {states.map((state) => (
          <StateRow key={state.seq} state={state} />
        ))}
      </ol>
      {more.has && (
        <Button variant="subtle" color="gray" fullWidth loading={more.loading} onClick={more.load}>
          Show more
        </Button>
      )}
    </Panel>
  );
}

const KINDS = { sync: "Read", reset: "Begun anew", undo: "Taken back" } as const satisfies Record<State["kind"], string>;

function StateRow({ state }: { readonly state: State }) {
  const slug = useSlug();
  const format = useFormat();
  const made = Object.values(state.produced).map((version) => `version ${version}`);
  return (
    <li className={classes.state}>
      <span className={classes.named}>
        {KINDS[state.kind]}
        {state.isCurrent && <Label strong>here it goes on</Label>}
      </span>
      <span className={classes.position}>{state.state === null ? "from the beginning" : JSON.stringify(state.state)}</span>
      <span className="g-soft">
        {state.kind === "sync" && `${format.number(state.rows)} rows`}
        {made.length > 0 && `, made ${made.join(", ")}`}
        {state.by !== null && ` by ${state.by}`}
      </span>
      <span className="g-soft">
        {state.runId !== null && (
          <Link to={`/w/${slug}/runs/${state.runId}` as "/"} className={classes.runLink}>
            run
          </Link>
        )}{" "}
        <RelativeTime at={state.at} />
      </span>
    </li>
  );
}

function useStreamActions(pipeline: Pipeline, source: Source) {
  const confirm = useConfirm();
  const reset = useResetStream();
  const undo = useUndoStream();
  const name = nameOf(source);
  const params = { pipeline: pipeline.id, node: source.id };
  return {
    reset: () =>
      confirm({
        title: `Read ${name} from the beginning`,
        text: "How far it was read is forgotten, and the next run reads everything again. Rows that are there stay until that run; with append they would come twice, with upsert by key they would not. This can be undone here.",
        action: "Begin anew",
        danger: true,
        run: async () => {
          await reset.mutateAsync(params);
          toastDone(`${name} begins anew`, "The next run reads all of it.", { verb: "Undo", run: () => undo.mutate(params) });
        },
      }),
    undo: () =>
      confirm({
        title: `Take the last of ${name} back`,
        text: "The stream goes back to where it was before its last read or reset, so the next run reads that part again. Datasets keep their rows; roll the run back to undo those, too.",
        action: "Take it back",
        danger: true,
        run: async () => {
          await undo.mutateAsync(params);
          toastDone(`${name} is where it was before`);
        },
      }),
  };
}
