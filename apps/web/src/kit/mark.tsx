import classes from "./mark.module.css";

const EAR =
  "M8 0c1.5 1.2 2.2 2.3 2.2 3.3S9.4 5.2 8 5.7C6.6 5.2 5.8 4.3 5.8 3.3S6.5 1.2 8 0ZM2.5 4.500C5.600 4.500 7.400 6.300 7.400 9.400 4.300 9.400 2.500 7.600 2.500 4.500ZM13.500 4.500C13.500 7.600 11.700 9.400 8.600 9.400 8.600 6.300 10.400 4.500 13.500 4.500ZM2.500 10.300C5.600 10.300 7.400 12.100 7.400 15.200 4.300 15.200 2.500 13.400 2.500 10.300ZM13.500 10.300C13.500 13.400 11.700 15.200 8.600 15.200 8.600 12.100 10.400 10.300 13.500 10.300Z";

/** The sign of the house: an ear of five grains. One colour, readable from 16 px. */
export function Mark({ size = 20, title }: { readonly size?: number; readonly title?: string }) {
  return (
    <svg
      className={classes.mark}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      role={title === undefined ? undefined : "img"}
      aria-label={title}
      aria-hidden={title === undefined}
    >
      <path d={EAR} fill="currentColor" />
    </svg>
  );
}

/** Mark and name together. */
export function Wordmark({ size = 20 }: { readonly size?: number }) {
  return (
    <span className={classes.word} style={{ fontSize: size * 0.95 }}>
      <Mark size={size} />
      granary
    </span>
  );
}

const GRAIN = "M0 -9C4.500 -5.500 6 -2.500 6 0S4.500 5.500 0 9C-4.500 5.500 -6 2.500 -6 0S-4.500 -5.500 0 -9Z";

/** Rows and columns of grains, some of them ripe: the pattern of quiet surfaces. The same for the same seed. */
export function Grains({ columns, rows, seed = 7 }: { readonly columns: number; readonly rows: number; readonly seed?: number }) {
  const cells = Array.from({ length: columns * rows }, (_, index) => {
    const [x, y] = [index % columns, Math.floor(index / columns)];
    const noise = Math.abs(Math.sin((x + 1) * 12.9898 + (y + 1) * 78.233 + seed) * 43_758.5453) % 1;
    const ripe = noise < (x / columns) * 0.75 + (y / rows) * 0.2 - 0.12;
    return { key: index, x: x * 20 + 10, y: y * 24 + 12, ripe, faint: noise > 0.86 };
  });
  return (
    <svg className={classes.grains} viewBox={`0 0 ${columns * 20} ${rows * 24}`} aria-hidden="true" preserveAspectRatio="xMidYMid slice">
      {cells.map(({ key, x, y, ripe, faint }) => (
        <path key={key} d={GRAIN} transform={`translate(${x} ${y})`} className={ripe ? classes.ripe : faint ? classes.faint : classes.grain} />
      ))}
    </svg>
  );
}
