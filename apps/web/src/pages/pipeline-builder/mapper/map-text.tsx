import { fieldsAsPython, fieldsAsSql } from "@granary/graph";
import type { NodeSettings } from "@granary/protocol";
import { Button, SegmentedControl } from "@mantine/core";
import { useState } from "react";
import { useCopy } from "../../../kit/copy-id.tsx";
import { useColumns } from "../panels/panel-context.ts";
import classes from "./mapper.module.css";

/** The mapping as SQL and as Python, to be taken elsewhere. */
export function MapText({ settings: { fields, onFault } }: { readonly settings: NodeSettings<"map"> }) {
  const columns = useColumns();
  const [language, setLanguage] = useState("sql");
  const { copied, copy } = useCopy();
  if (fields.length === 0) return null;
  const text = language === "sql" ? fieldsAsSql(fields, columns, onFault) : fieldsAsPython(fields, columns, onFault);
  return (
    <section className={classes.text} aria-label="The mapping as code">
      <div className={classes.suggestionsHead}>
        <SegmentedControl
          size="xs"
          aria-label="Language"
          data={[
            { value: "sql", label: "SQL" },
            { value: "python", label: "Python" },
          ]}
          value={language}
          onChange={setLanguage}
        />
        <Button variant="default" size="compact-xs" onClick={() => copy(text)}>
          {copied ? "Copied" : "Copy"}
        </Button>
      </div>
      <pre>{text}</pre>
    </section>
  );
}
