import classes from "./skeleton.module.css";

/** A grey line where text will be. Said once to screen readers by its container, never by itself. */
export function Line({ width = "100%", height = 12 }: { readonly width?: number | string; readonly height?: number }) {
  return <span className={classes.line} style={{ width, height }} aria-hidden="true" />;
}

/** A page while it loads: a head and some lines, so that nothing jumps when it comes. */
export function PageSkeleton() {
  return (
    <div className={classes.page} role="status" aria-label="Loading">
      <Line width={180} height={24} />
      <Line width={320} />
      <div className={classes.block}>
        {["92%", "78%", "85%", "64%", "88%", "71%"].map((width) => (
          <Line key={width} width={width} height={14} />
        ))}
      </div>
    </div>
  );
}
