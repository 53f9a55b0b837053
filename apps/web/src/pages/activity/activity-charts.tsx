import { useQuery } from "@tanstack/react-query";
import { type ActivityFilters, activityHeatmapQuery, activityTimelineQuery } from "../../api/activity.ts";
import { Bars, Heatmap } from "../../kit/charts.tsx";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Panel } from "../../kit/panel.tsx";
import { Line } from "../../kit/skeleton.tsx";
import classes from "./activity.module.css";

/** How much happened when: over the span, and by weekday and hour. */
export function ActivityCharts({ filters, bucket }: { readonly filters: ActivityFilters; readonly bucket: "hour" | "day" }) {
  const format = useFormat();
  const timeline = useQuery(activityTimelineQuery(filters, format.zone, bucket));
  const heatmap = useQuery(activityHeatmapQuery(filters, format.zone));
  return (
    <div className={classes.charts}>
      <Panel title={bucket === "day" ? "By day" : "By hour"}>
        {timeline.error !== null && <ErrorNote error={timeline.error} onRetry={() => void timeline.refetch()} />}
        {timeline.data === undefined && timeline.error === null && <Line height={108} />}
        {timeline.data !== undefined && (
          <Bars
            label={`Events by ${bucket}`}
            unit="events"
            bars={timeline.data.buckets.map(({ at, total, denied }) => ({
              key: at,
              label: bucket === "day" ? format.date(at) : format.moment(at),
              value: total,
              marked: denied,
            }))}
          />
        )}
      </Panel>
      <Panel title="By weekday and hour">
        {heatmap.error !== null && <ErrorNote error={heatmap.error} onRetry={() => void heatmap.refetch()} />}
        {heatmap.data === undefined && heatmap.error === null && <Line height={108} />}
        {heatmap.data !== undefined && <Heatmap label="Events by weekday and hour" cells={heatmap.data.cells} max={heatmap.data.max} />}
      </Panel>
    </div>
  );
}
