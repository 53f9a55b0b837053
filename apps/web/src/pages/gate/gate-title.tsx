import { useDocumentTitle } from "@mantine/hooks";
import type { ReactNode } from "react";
import classes from "./gate.module.css";

/** The head of a page at the gate. */
export function GateTitle({ title, text }: { readonly title: string; readonly text?: ReactNode }) {
  useDocumentTitle(`${title} · Granary`);
  return (
    <div>
      <h1 className={classes.title}>{title}</h1>
      {text !== undefined && <p className={classes.text}>{text}</p>}
    </div>
  );
}
