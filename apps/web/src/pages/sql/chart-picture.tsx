import { useElementSize } from "@mantine/hooks";
import { useFormat } from "../../kit/format.tsx";
import { type ChartData, type ChartKind, type ChartPoint, ticksOf } from "./chart-data.ts";
import classes from "./sql.module.css";

interface ChartPictureProps {
  readonly kind: ChartKind;
  readonly data: ChartData;
  readonly names: { readonly x: string; readonly y: string };
}

const HEIGHT = 320;
const EDGE = { left: 64, right: 16, top: 12, bottom: 44 };
const LEAST_WIDTH = 240;
const BAR_SHARE = 0.72;
const LABEL_PX = 84;
const MAX_LABEL = 12;

interface Scales {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
  readonly ticks: readonly number[];
  /** Of one place among others. */
  readonly step: number;
  readonly bottom: number;
}

function scalesOf({ points, isScaled }: ChartData, width: number): Scales {
  const values = points.map(({ y }) => y);
  const low = Math.min(0, ...values);
  const high = Math.max(0, ...values);
  const ticks = ticksOf(low, high === low ? low + 1 : high);
  const [from, to] = [Math.min(low, ticks[0] ?? low), Math.max(high, ticks.at(-1) ?? high)];
  const inner = width - EDGE.left - EDGE.right;
  const bottom = HEIGHT - EDGE.bottom;
  const xs = points.map(({ x }) => x);
  const [first, last] = isScaled ? [Math.min(...xs), Math.max(...xs)] : [0, Math.max(0, ...xs)];
  const places = isScaled ? 0 : last + 1;
  const x = (value: number) =>
    isScaled ? EDGE.left + ((value - first) / (last - first || 1)) * inner : EDGE.left + ((value + 0.5) / Math.max(1, places)) * inner;
  const y = (value: number) => bottom - ((value - from) / (to - from || 1)) * (bottom - EDGE.top);
  return { x, y, ticks, step: inner / Math.max(1, places), bottom };
}

const shortened = (label: string): string => (label.length > MAX_LABEL ? `${label.slice(0, MAX_LABEL - 1)}…` : label);

/** Labels that have room beside each other. */
function labelsOf(points: readonly ChartPoint[], width: number): readonly ChartPoint[] {
  const room = Math.max(1, Math.floor((width - EDGE.left) / LABEL_PX));
  const every = Math.ceil(points.length / room);
  return points.filter((_, index) => index % every === 0);
}

/** Two columns as a picture; the same numbers are there as a table for those who do not see it. */
export function ChartPicture({ kind, data, names }: ChartPictureProps) {
  const { ref, width: measured } = useElementSize();
  const format = useFormat();
  const width = Math.max(LEAST_WIDTH, Math.floor(measured));
  const scales = scalesOf(data, width);
  return (
    <figure ref={ref} className={classes.figure}>
      <svg width={width} height={HEIGHT} aria-hidden="true">
        {scales.ticks.map((tick) => (
          <g key={tick}>
            <line className={classes.gridLine} x1={EDGE.left} x2={width - EDGE.right} y1={scales.y(tick)} y2={scales.y(tick)} />
            <text className={classes.axisText} x={EDGE.left - 8} y={scales.y(tick)} textAnchor="end" dominantBaseline="middle">
              {format.number(tick)}
            </text>
          </g>
        ))}
        <line className={classes.axis} x1={EDGE.left} x2={width - EDGE.right} y1={scales.y(0)} y2={scales.y(0)} />
        {labelsOf(data.points, width).map((point) => (
          <text key={`${point.x} ${point.label}`} className={classes.axisText} x={scales.x(point.x)} y={scales.bottom + 16} textAnchor="middle">
            {shortened(point.label)}
          </text>
        ))}
        <text className={classes.axisName} x={EDGE.left + (width - EDGE.left - EDGE.right) / 2} y={HEIGHT - 6} textAnchor="middle">
          {names.x}
        </text>
        <Marks kind={kind} points={data.points} scales={scales} />
      </svg>
      <figcaption className="g-hidden">
        {names.y} by {names.x}
      </figcaption>
      <table className="g-hidden">
        <caption>
          {names.y} by {names.x}
        </caption>
        <thead>
          <tr>
            <th scope="col">{names.x}</th>
            <th scope="col">{names.y}</th>
          </tr>
        </thead>
        <tbody>
          {data.points.map((point, index) => (
            <tr key={index}>
              <th scope="row">{point.label}</th>
              <td>{point.y}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

function Marks({ kind, points, scales }: { readonly kind: ChartKind; readonly points: readonly ChartPoint[]; readonly scales: Scales }) {
  const zero = scales.y(0);
  const said = (point: ChartPoint) => <title>{`${point.label}: ${point.y}`}</title>;
  if (kind === "bars") {
    const width = Math.max(1, scales.step * BAR_SHARE);
    return points.map((point) => {
      const top = scales.y(point.y);
      return (
        <rect
          key={point.x}
          className={classes.mark}
          x={scales.x(point.x) - width / 2}
          width={width}
          y={Math.min(top, zero)}
          height={Math.max(1, Math.abs(top - zero))}
        >
          {said(point)}
        </rect>
      );
    });
  }
  const path = points.map(({ x, y }, index) => `${index === 0 ? "M" : "L"}${scales.x(x).toFixed(1)} ${scales.y(y).toFixed(1)}`).join("");
  return (
    <>
      {kind === "line" && <path className={classes.markLine} d={path} />}
      {points.map((point, index) => (
        <circle key={index} className={classes.mark} cx={scales.x(point.x)} cy={scales.y(point.y)} r={kind === "points" ? 3.5 : points.length > 80 ? 1.5 : 2.5}>
          {said(point)}
        </circle>
      ))}
    </>
  );
}
