import type { ActivityArea } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { areaOf, chartSpan } from "../rules.ts";
import { countByTime, countByWeekdayAndHour } from "../store.ts";
import { type ActivityQuery, entriesAsked } from "../where.ts";

export interface TimelineBucket {
  readonly at: string;
  readonly total: number;
  readonly areas: Record<ActivityArea, number>;
  readonly denied: number;
}

export interface Timeline {
  readonly from: string;
  readonly to: string;
  readonly bucket: "hour" | "day";
  readonly buckets: TimelineBucket[];
}

/** How much happened by hour or day, and in which area. */
export async function getTimeline(ctx: Ctx, query: ActivityQuery & { readonly bucket: "hour" | "day"; readonly zone: string }): Promise<Timeline> {
  const span = chartSpan(query, query.bucket, ctx.services.clock.now());
  const { db, filter } = entriesAsked(ctx, query);
  const rows = await countByTime(db, { ...filter, ...span }, { unit: query.bucket, zone: query.zone });
  const buckets = new Map<string, { -readonly [K in keyof TimelineBucket]: TimelineBucket[K] }>();
  for (const row of rows) {
    const at = row.at.toISOString();
    const bucket = buckets.get(at) ?? { at, total: 0, areas: { authentication: 0, administration: 0, data: 0, pipelines: 0, system: 0 }, denied: 0 };
    buckets.set(at, bucket);
    bucket.total += row.total;
    bucket.denied += row.denied;
    if (row.type !== null) bucket.areas[areaOf(row.type)] += row.total;
  }
  return { from: span.from.toISOString(), to: span.to.toISOString(), bucket: query.bucket, buckets: [...buckets.values()] };
}

export interface Heatmap {
  readonly from: string;
  readonly to: string;
  /** Cells with entries alone; weekday 1 is Monday. */
  readonly cells: { readonly weekday: number; readonly hour: number; readonly total: number }[];
  readonly max: number;
}

/** How much happened by weekday and hour. */
export async function getHeatmap(ctx: Ctx, query: ActivityQuery & { readonly zone: string }): Promise<Heatmap> {
  const span = chartSpan(query, "day", ctx.services.clock.now());
  const { db, filter } = entriesAsked(ctx, query);
  const cells = await countByWeekdayAndHour(db, { ...filter, ...span }, query.zone);
  return { from: span.from.toISOString(), to: span.to.toISOString(), cells, max: Math.max(0, ...cells.map((cell) => cell.total)) };
}
