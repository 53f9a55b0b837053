import { Outlet } from "@tanstack/react-router";
import { Grains, Wordmark } from "../../kit/mark.tsx";
import classes from "./gate.module.css";

/** The page around signing in: a narrow form, and beside it the field of grains. */
export function GateLayout() {
  return (
    <div className={classes.gate}>
      <div className={classes.side}>
        <header className={classes.brand}>
          <Wordmark size={24} />
        </header>
        <main className={classes.main}>
          <Outlet />
        </main>
        <footer className={classes.foot}>Kept dry, sorted and safe to eat.</footer>
      </div>
      <div className={classes.field} aria-hidden="true">
        <Grains columns={34} rows={38} />
      </div>
    </div>
  );
}
