import type { ReactNode } from "react";
import { useFaultText } from "../panels/panel-context.ts";
import classes from "./fields.module.css";

interface FieldProps {
  /** Of the setting, as faults name it; what stands here is gone to by it. */
  readonly path: string;
  readonly label: string;
  readonly text?: ReactNode;
  /** Beside the label. */
  readonly action?: ReactNode;
  readonly children: ReactNode;
}

/** A named group of fields with what is wrong about the whole of it. */
export function Field({ path, label, text, action, children }: FieldProps) {
  const fault = useFaultText(path);
  return (
    <fieldset className={classes.field} data-path={path}>
      <legend className={classes.label}>{label}</legend>
      {action != null && action !== false && <div className={classes.action}>{action}</div>}
      {text !== undefined && <p className={classes.text}>{text}</p>}
      {children}
      {fault !== undefined && (
        <p className={classes.fault} role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
