import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import SquareFunction from "lucide-react/icons/square-function";
import type { GraphColumn } from "@granary/protocol";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { functionsQuery } from "../../../api/functions.ts";
import { useBuilder } from "../builder-context.ts";
import { useOwnHelp } from "../use-own-functions.ts";
import fieldClasses from "../fields/fields.module.css";
import { useFaults, usePanel } from "../panels/panel-context.ts";
import { written } from "./complete.ts";
import type { ExpressionHandle } from "./expression-editor.tsx";
import classes from "./expression.module.css";
import { FunctionHelpPanel } from "./function-help.tsx";

const ExpressionEditor = lazy(() => import("./expression-editor.tsx"));

interface ExpressionFieldProps {
  readonly path: string;
  readonly label: string;
  /** The label is for screen readers alone. */
  readonly bare?: boolean;
  readonly text?: string;
  readonly hint?: string;
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly columns: readonly GraphColumn[];
  /** Which functions are offered; plain ones unless said. */
  readonly kinds?: readonly ("scalar" | "aggregate" | "window")[];
  readonly isTall?: boolean;
}

const PLAIN = ["scalar"] as const;

/** An expression with its faults below and the functions at hand. */
export function ExpressionField({ path, label, bare = false, text, hint = "", value, onChange, columns, kinds = PLAIN, isTall = false }: ExpressionFieldProps) {
  const { document } = useBuilder();
  const { mayEdit } = usePanel();
  const faults = useFaults(path);
  const [isHelping, setHelping] = useState(false);
  const all = useQuery(functionsQuery()).data?.items;
  const own = useOwnHelp();
  const names = useMemo(
    () => ({ columns, parameters: document.parameters, functions: [...own, ...(all ?? [])].filter(({ kind }) => kinds.includes(kind)) }),
    [columns, document.parameters, all, own, kinds],
  );
  const editor = useRef<ExpressionHandle>(null);
  return (
    <div className={fieldClasses.field} data-path={path}>
      <div className={classes.top}>
        <span className={bare ? "g-hidden" : fieldClasses.label}>{label}</span>
        {mayEdit && (
          <Button
            variant="subtle"
            color="gray"
            size="compact-xs"
            aria-expanded={isHelping}
            leftSection={<SquareFunction size={12} />}
            onClick={() => setHelping(!isHelping)}
          >
            Functions
          </Button>
        )}
      </div>
      <Suspense fallback={<Skeleton height={34} />}>
        <ExpressionEditor
          ref={editor}
          label={label}
          value={value}
          onChange={onChange}
          names={names}
          faults={faults}
          hint={hint}
          isReadOnly={!mayEdit}
          isTall={isTall}
        />
      </Suspense>
      {faults.map(({ message, start }) => (
        <p key={`${message} ${start}`} className={fieldClasses.fault} role="alert">
          {message}
        </p>
      ))}
      {text !== undefined && <p className={fieldClasses.text}>{text}</p>}
      {isHelping && (
        <FunctionHelpPanel
          functions={names.functions}
          columns={columns}
          onFunction={({ name }) => editor.current?.insert(`${name}(`)}
          onColumn={(name) => editor.current?.insert(written(name))}
        />
      )}
    </div>
  );
}
