import type { ChangeOverview } from "@granary/protocol";
import { useQuery } from "@tanstack/react-query";
import { type DiffKind, columnShiftQuery } from "../../api/change-diff.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useFormat } from "../../kit/format.tsx";
import { Line } from "../../kit/skeleton.tsx";
import { DAMAGE_WORDS, KIND_MARKS } from "../changes/change-words.ts";
import { Letter } from "../changes/count-marks.tsx";
import classes from "./diff.module.css";
import type { DiffSearch, OnDiffSearch } from "./use-diff-search.ts";

interface DiffRailProps {
  readonly change: string;
  readonly digest: string | null;
  readonly overview: ChangeOverview | undefined;
  readonly search: DiffSearch;
  readonly onSearch: OnDiffSearch;
}

const cardsOf = (overview: ChangeOverview): readonly { readonly kind: DiffKind; readonly rows: number; readonly isAlways: boolean }[] =>
  [
    { kind: "added", rows: overview.added, isAlways: true },
    { kind: "modified", rows: overview.modified, isAlways: true },
    { kind: "removed", rows: overview.removed, isAlways: true },
    { kind: "format", rows: overview.formatOnly, isAlways: false },
    { kind: "duplicate_key", rows: overview.duplicateKeys, isAlways: false },
    { kind: "null_key", rows: overview.nullKeys, isAlways: false },
  ] as const;

/** What is changed, counted; every count narrows the rows beside it. */
export function DiffRail({ change, digest, overview, search, onSearch }: DiffRailProps) {
  const format = useFormat();
  if (overview === undefined)
    return (
      <div className={classes.rail} role="status" aria-label="Counting changes">
        {["100%", "100%", "100%", "70%", "60%", "80%"].map((width, index) => (
          <Line key={`${width}${index + 1}`} width={width} height={index < 3 ? 34 : 12} />
        ))}
      </div>
    );
  const pick = (kind: DiffKind) => onSearch({ kind: search.kind === kind ? undefined : kind, row: undefined, cell: undefined }, true);
  return (
    <div className={classes.rail}>
      <div className={classes.cards} role="group" aria-label="What happened to rows">
        {cardsOf(overview)
          .filter(({ rows, isAlways }) => isAlways || rows > 0)
          .map(({ kind, rows }) => (
            <button
              key={kind}
              type="button"
              className={classes.card}
              data-kind={kind}
              aria-pressed={search.kind === kind}
              disabled={rows === 0 && search.kind !== kind}
              onClick={() => pick(kind)}
            >
              <Letter kind={kind} />
              <span className={classes.cardWord}>{KIND_MARKS[kind].word}</span>
              <span className={classes.cardCount}>{format.number(rows)}</span>
            </button>
          ))}
      </div>
      <Columns overview={overview} search={search} onSearch={onSearch} />
      {search.column !== undefined && <Shift key={search.column} change={change} column={search.column} revision={search.revision} digest={digest} />}
    </div>
  );
}

function Columns({ overview, search, onSearch }: Pick<DiffRailProps, "search" | "onSearch"> & { readonly overview: ChangeOverview }) {
  const format = useFormat();
  const most = Math.max(1, ...overview.columns.map(({ changed, damaged }) => changed + damaged));
  if (overview.columns.length === 0) return null;
  return (
    <section aria-label="Columns that change">
      <h3 className={classes.railTitle}>Columns</h3>
      <ul className={classes.columnList}>
        {overview.columns.map(({ column, changed, damaged, damages }) => (
          <li key={column}>
            <button
              type="button"
              className={classes.column}
              aria-pressed={search.column === column}
              onClick={() => onSearch({ column: search.column === column ? undefined : column, row: undefined, cell: undefined }, true)}
              title={damages.map(({ damage, cells }) => `${DAMAGE_WORDS[damage]}: ${cells}`).join("\n")}
            >
              <span className={classes.columnName}>{column}</span>
              <span className={classes.columnCount}>
                {(changed > 0 || damaged === 0) && format.number(changed)}
                {damaged > 0 && (
                  <span className={classes.columnDamaged}>
                    {" "}
                    <span className={classes.damageMark}>F</span> {format.number(damaged)}
                  </span>
                )}
              </span>
              <span className={classes.columnBar} aria-hidden="true">
                <span style={{ width: `${(changed / most) * 100}%` }} />
                <span data-damaged style={{ width: `${(damaged / most) * 100}%` }} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

interface ShiftProps {
  readonly change: string;
  readonly column: string;
  readonly revision: number | undefined;
  readonly digest: string | null;
}

/** How the chosen column's values are spread before and after. */
function Shift({ change, column, revision, digest }: ShiftProps) {
  const format = useFormat();
  const { data, error, refetch } = useQuery(columnShiftQuery(change, column, revision, digest));
  if (error !== null) return <ErrorNote error={error} onRetry={() => void refetch()} />;
  if (data === undefined) return <Line height={90} />;
  const others = data.others.before + data.others.after > 0 ? [{ label: "others", ...data.others }] : [];
  const nulls = data.nullsBefore + data.nullsAfter > 0 ? [{ label: "null", before: data.nullsBefore, after: data.nullsAfter }] : [];
  const bars = [...data.bins, ...others, ...nulls];
  const most = Math.max(1, ...bars.flatMap(({ before, after }) => [before, after]));
  return (
    <section aria-label={`Values of ${column} before and after`}>
      <h3 className={classes.railTitle}>{column}, before and after</h3>
      <table className={classes.shift}>
        <thead className="g-hidden">
          <tr>
            <th scope="col">Value</th>
            <th scope="col">Share</th>
            <th scope="col">Rows before and after</th>
          </tr>
        </thead>
        <tbody>
          {bars.map(({ label, before, after }) => (
            <tr key={label} title={`${label}: ${before} before, ${after} after`}>
              <th scope="row">{label === "" ? "empty text" : label}</th>
              <td>
                <span className={classes.shiftBar} data-side="old" style={{ width: `${(before / most) * 100}%` }} />
                <span className={classes.shiftBar} data-side="new" style={{ width: `${(after / most) * 100}%` }} />
              </td>
              <td className={classes.shiftCount}>
                {format.number(before)} <span aria-hidden="true">→</span> {format.number(after)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
