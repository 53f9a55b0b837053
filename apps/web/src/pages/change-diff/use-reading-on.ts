import { useEffect, useRef } from "react";
import type { CellAt, GridSource } from "../../kit/grid/index.ts";

type Find = () => CellAt | undefined;

/** Goes to the next place that is found, reading rows on until there is one or the rows end. Another key meanwhile takes its place. */
export function useReadingOn(source: Pick<GridSource, "state" | "subscribe" | "want">, goTo: (place: CellAt | undefined) => void): (find: Find) => void {
  const stop = useRef<() => void>(undefined);
  useEffect(() => () => stop.current?.(), [source]);
  return (find) => {
    stop.current?.();
    const step = (): boolean => {
      const place = find();
      const { loaded, isComplete, error } = source.state();
      if (place === undefined && !isComplete && error === undefined) {
        source.want(loaded, loaded);
        return false;
      }
      stop.current?.();
      goTo(place);
      return true;
    };
    if (step()) return;
    const unsubscribe = source.subscribe(step);
    stop.current = () => {
      stop.current = undefined;
      unsubscribe();
    };
  };
}
