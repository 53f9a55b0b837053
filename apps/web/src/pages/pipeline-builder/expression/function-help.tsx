import type { GraphColumn } from "@granary/protocol";
import { TextInput } from "@mantine/core";
import Search from "lucide-react/icons/search";
import { useState } from "react";
import type { FunctionHelp } from "./complete.ts";
import classes from "./expression.module.css";

interface FunctionHelpPanelProps {
  readonly functions: readonly FunctionHelp[];
  readonly columns: readonly GraphColumn[];
  readonly onFunction: (chosen: FunctionHelp) => void;
  readonly onColumn: (name: string) => void;
}

/** Functions by category with what each does; a click writes it into the expression. */
export function FunctionHelpPanel({ functions, columns, onFunction, onColumn }: FunctionHelpPanelProps) {
  const [search, setSearch] = useState("");
  const word = search.trim().toLowerCase();
  const found = functions.filter(({ name, description, category }) => `${name} ${description} ${category}`.toLowerCase().includes(word));
  const categories = [...new Set(found.map(({ category }) => category))];
  return (
    <div className={classes.help}>
      <TextInput
        size="xs"
        aria-label="Search functions"
        placeholder="Search functions"
        leftSection={<Search size={12} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
      />
      {columns.length > 0 && word === "" && (
        <div className={classes.chips}>
          {columns.map(({ name, type }) => (
            <button key={name} type="button" className={classes.chip} title={type} onClick={() => onColumn(name)}>
              {name}
            </button>
          ))}
        </div>
      )}
      {found.length === 0 && <p className={classes.none}>No function of this name.</p>}
      {categories.map((category) => (
        <section key={category}>
          <h4 className={classes.category}>{category}</h4>
          <ul className={classes.functions}>
            {found
              .filter((item) => item.category === category)
              .map((item) => (
                <li key={item.name}>
                  <button type="button" className={classes.function} onClick={() => onFunction(item)}>
                    <code>{item.signature}</code>
                    <span>{item.description}</span>
                    {item.example !== "" && (
                      <span className={classes.example}>
                        <code>{item.example}</code>
                        {item.result !== "" && (
                          <>
                            {" gives "}
                            <code>{item.result}</code>
                          </>
                        )}
                      </span>
                    )}
                  </button>
                </li>
              ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
