import classes from "./charts.module.css";

export interface Bar {
  readonly key: string;
  readonly label: string;
  readonly value: number;
  /** The part of the value that is marked, such as refused attempts. */
  readonly marked?: number;
}

interface BarsProps {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly height?: number;
  readonly unit: string;
  readonly onPick?: (key: string) => void;
}

/** Counts over time as bars. A table with the same numbers is there for screen readers. */
export function Bars({ label, bars, height = 124, unit, onPick }: BarsProps) {
  const max = Math.max(1, ...bars.map(({ value }) => value));
  const step = 100 / Math.max(1, bars.length);
  return (
    <figure className={classes.figure}>
      <svg className={classes.bars} viewBox={`0 0 100 ${height}`} preserveAspectRatio="none" style={{ height }} aria-hidden="true">
        <line x1="0" x2="100" y1={height - 0.5} y2={height - 0.5} className={classes.axis} vectorEffect="non-scaling-stroke" />
        {bars.map((bar, index) => {
          const full = (bar.value / max) * (height - 6);
          const marked = ((bar.marked ?? 0) / max) * (height - 6);
          return (
            <g key={bar.key} className={onPick === undefined ? undefined : classes.pick} onClick={onPick === undefined ? undefined : () => onPick(bar.key)}>
              <title>{`${bar.label}: ${bar.value} ${unit}${bar.marked ? `, ${bar.marked} refused` : ""}`}</title>
              <rect x={index * step} width={step} y={0} height={height} className={classes.hit} />
              <rect x={index * step + step * 0.12} width={step * 0.76} y={height - full} height={full} className={classes.bar} />
              <rect x={index * step + step * 0.12} width={step * 0.76} y={height - marked} height={marked} className={classes.marked} />
            </g>
          );
        })}
      </svg>
      <div className={classes.scale} aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span>
          most: {max} {unit}
        </span>
        <span>{bars.at(-1)?.label}</span>
      </div>
      <Numbers label={label} rows={bars.map((bar) => [bar.label, bar.value])} />
    </figure>
  );
}

function Numbers({ label, rows }: { readonly label: string; readonly rows: readonly (readonly [string, number])[] }) {
  return (
    <table className="g-hidden">
      <caption>{label}</caption>
      <tbody>
        {rows.map(([name, value]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const HOURS = Array.from({ length: 24 }, (_, hour) => hour);
const SHADES = 4;

interface HeatmapProps {
  readonly label: string;
  readonly cells: readonly { readonly weekday: number; readonly hour: number; readonly total: number }[];
  readonly max: number;
}

/** Counts by weekday and hour. Each cell says its number; darker means more. */
export function Heatmap({ label, cells, max }: HeatmapProps) {
  const totals = new Map(cells.map(({ weekday, hour, total }) => [`${weekday}-${hour}`, total]));
  return (
    <div className={classes.scroll} role="region" aria-label={label} tabIndex={0}>
      <table className={classes.heat}>
        <caption className="g-hidden">{label}</caption>
        <thead>
          <tr>
            <td />
            {HOURS.map((hour) => (
              <th key={hour} scope="col">
                <span className={hour % 3 === 0 ? undefined : "g-hidden"}>{hour}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {WEEKDAYS.map((name, day) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              {HOURS.map((hour) => {
                const total = totals.get(`${day + 1}-${hour}`) ?? 0;
                const shade = total === 0 ? 0 : Math.max(1, Math.ceil((total / Math.max(1, max)) * SHADES));
                return (
                  <td key={hour} data-shade={shade} title={`${name} ${hour}:00: ${total}`}>
                    <span className="g-hidden">{total}</span>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** A share of something that is going on; without a total it only shows that it moves. */
export function Meter({ done, total, label }: { readonly done: number; readonly total: number | null; readonly label: string }) {
  const percent = total === null || total === 0 ? undefined : Math.min(100, Math.round((done / total) * 100));
  return (
    <div className={classes.meter} role="progressbar" aria-label={label} aria-valuemin={0} aria-valuemax={100} aria-valuenow={percent}>
      <div className={classes.fill} data-unknown={percent === undefined || undefined} style={percent === undefined ? undefined : { width: `${percent}%` }} />
    </div>
  );
}
