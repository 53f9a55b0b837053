import { useQuery } from "@tanstack/react-query";
import ArrowRight from "lucide-react/icons/arrow-right";
import { maskPreviewQuery } from "../../api/masking.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { Line } from "../../kit/skeleton.tsx";
import classes from "./privacy.module.css";

interface MaskPreviewProps {
  readonly dataset: string;
  readonly column: string;
  /** In its short form. */
  readonly mask: string;
}

const Value = ({ text }: { readonly text: string | null }) => (text === null ? <em className="g-soft">missing</em> : <span className="g-mono">{text}</span>);

/** Values of the column before and after the mask, computed by the engine as in every read. */
export function MaskPreview({ dataset, column, mask }: MaskPreviewProps) {
  const { data, error, isFetching } = useQuery(maskPreviewQuery(dataset, column, mask));
  if (error !== null) return <ErrorNote error={error} />;
  if (data === undefined) return <Line width="60%" />;
  return (
    <div className={classes.preview} aria-busy={isFetching}>
      <table aria-label={`Values of ${column} before and after`}>
        <thead>
          <tr>
            <th scope="col">{data.isMasked ? "You see now" : "Stored"}</th>
            <th aria-hidden="true" />
            <th scope="col">Seen with the mask</th>
          </tr>
        </thead>
        <tbody>
          {data.samples.map(({ before, after }) => (
            <tr key={before ?? "\0"}>
              <td>
                <Value text={before} />
              </td>
              <td aria-hidden="true">
                <ArrowRight size={13} />
              </td>
              <td>
                <Value text={after} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {data.samples.length === 0 && <p className="g-soft">There are no rows to show it with.</p>}
    </div>
  );
}
