import { plain } from "./cells.ts";
import { type Column, recordText, tableText } from "./table.ts";
import type { Terminal } from "./terminal.ts";

/** A list as the server pages it. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** Where a command puts its result: as JSON, for people, or for programs. */
export interface Output {
  readonly json: boolean;
  readonly terminal: Terminal;
  list<T>(page: Page<T>, columns: readonly Column<T>[], empty: string): void;
  record<T>(item: T, fields: readonly Column<T>[]): void;
  /** What was done, in a sentence; JSON shows `result` instead. */
  done(result: unknown, sentence: string): void;
  value(value: unknown): void;
}

const jsonText = (value: unknown): string => `${JSON.stringify(value ?? null, null, 2)}\n`;

export function createOutput(terminal: Terminal, json: boolean): Output {
  return {
    json,
    terminal,
    list(page, columns, empty) {
      if (json) return terminal.write(jsonText(page));
      if (page.items.length > 0) terminal.write(tableText(page.items, columns, terminal));
      else terminal.note(`${empty}\n`);
      if (page.next !== null) terminal.note("There is more: add --all, or a larger --limit.\n");
    },
    record: (item, fields) => terminal.write(json ? jsonText(item) : recordText(item, fields, terminal)),
    done: (result, sentence) => terminal.write(json ? jsonText(result) : `${plain(sentence)}\n`),
    value: (value) => terminal.write(jsonText(value)),
  };
}
