import type { FileOptions, InspectedFile } from "@granary/protocol";
import { Button, NativeSelect, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { type Draft, merged, withFile } from "./draft.ts";
import classes from "./import.module.css";

type Facts = InspectedFile["facts"];

interface PaneProps {
  readonly facts: Facts;
  readonly draft: Draft;
  readonly onDraft: (draft: Draft) => void;
}

const sureness = (confidence: number): string => (confidence >= 0.9 ? "sure" : confidence >= 0.6 ? "likely" : "please check");

interface EvidenceProps {
  readonly confidence: number;
  readonly evidence: string;
  /** What is said instead of asking to check, where a low confidence only means that another choice comes close. */
  readonly close?: string;
  readonly children?: ReactNode;
}

function Evidence({ confidence, evidence, close, children }: EvidenceProps) {
  const isUnsure = confidence < 0.6 && close === undefined;
  return (
    <p className={classes.evidence} data-unsure={isUnsure || undefined}>
      <strong>{confidence < 0.6 ? (close ?? sureness(confidence)) : sureness(confidence)}</strong>: {evidence}
      {children}
    </p>
  );
}

/** Everything about how a file is read, as detected or as a person says. */
export function SettingsPane({ facts, draft, onDraft }: PaneProps) {
  const isChanged = Object.keys(draft.file).some((part) => part !== "member") || Object.keys(draft.columns).length > 0;
  const props = { facts, draft, onDraft };
  const reset = () => onDraft({ ...draft, file: draft.file.member === undefined ? {} : { member: draft.file.member }, columns: {}, mapping: {} });
  return (
    <div className={classes.settings}>
      {facts.encoding !== null && <EncodingChoice {...props} found={facts.encoding} />}
      {facts.delimited !== null && <DelimitedChoice {...props} found={facts.delimited} />}
      {facts.sheet !== null && <SheetChoice {...props} found={facts.sheet} />}
      {facts.json !== null && <JsonChoice {...props} found={facts.json} />}
      {facts.xml !== null && <XmlChoice {...props} found={facts.xml} />}
      {facts.kind === "parquet" ? <p className={classes.soft}>Parquet says itself how it is read.</p> : <ValueChoice {...props} />}
      {isChanged && (
        <Button size="xs" variant="default" onClick={reset}>
          Back to what was detected
        </Button>
      )}
    </div>
  );
}

const ENCODINGS: readonly NonNullable<FileOptions["encoding"]>[] = [
  "utf-8",
  "utf-16le",
  "utf-16be",
  "windows-1252",
  "windows-1250",
  "windows-1251",
  "windows-1253",
  "windows-1254",
  "iso-8859-2",
  "iso-8859-15",
  "koi8-r",
  "macintosh",
  "shift_jis",
  "euc-jp",
  "gb18030",
  "big5",
  "euc-kr",
];

type Found<K extends keyof Facts> = PaneProps & { readonly found: NonNullable<Facts[K]> };

function EncodingChoice({ draft, onDraft, found }: Found<"encoding">) {
  return (
    <div>
      <NativeSelect
        label="Encoding"
        size="xs"
        value={found.name}
        data={[...ENCODINGS]}
        onChange={(event) => onDraft(withFile(draft, "encoding", event.currentTarget.value as FileOptions["encoding"]))}
      />
      <Evidence confidence={found.confidence} evidence={found.evidence}>
        {found.runnerUp !== null && found.confidence < 0.9 && ` (next best: ${found.runnerUp})`}
      </Evidence>
    </div>
  );
}

const DELIMITERS: Readonly<Record<string, string>> = {
  ",": "Comma ,",
  ";": "Semicolon ;",
  "\t": "Tab",
  "|": "Bar |",
  "": "None: one column",
  "^": "Caret ^",
  "~": "Tilde ~",
  ":": "Colon :",
  " ": "Blank",
};

const named = (delimiter: string): string => DELIMITERS[delimiter] ?? `“${delimiter}”`;

function DelimitedChoice({ draft, onDraft, found }: Found<"delimited">) {
  const say = (change: Partial<Record<keyof NonNullable<FileOptions["delimited"]>, unknown>>) =>
    onDraft(withFile(draft, "delimited", merged(draft.file.delimited, change)));
  const delimiters = [...new Set([...Object.keys(DELIMITERS), found.delimiter])].map((value) => ({ value, label: named(value) }));
  return (
    <>
      <div>
        <NativeSelect
          label="Between values"
          size="xs"
          value={found.delimiter}
          data={delimiters}
          onChange={(event) => say({ delimiter: event.currentTarget.value })}
        />
        <Evidence confidence={found.confidence} evidence={found.evidence} {...(found.runnerUp === null ? {} : { close: "close call" })}>
          {found.runnerUp !== null && ` (next best: ${named(found.runnerUp)})`}
        </Evidence>
      </div>
      <div className={classes.pair}>
        <NativeSelect
          label="Around values"
          size="xs"
          value={found.quote ?? "none"}
          data={[
            { value: '"', label: 'Quotes "' },
            { value: "'", label: "Apostrophes '" },
            { value: "none", label: "Nothing" },
          ]}
          onChange={(event) => say({ quote: event.currentTarget.value === "none" ? null : event.currentTarget.value })}
        />
        <NativeSelect
          label="A quote inside"
          size="xs"
          value={found.escape}
          data={[
            { value: "double", label: 'Doubled ""' },
            { value: "backslash", label: 'Backslash \\"' },
          ]}
          onChange={(event) => say({ escape: event.currentTarget.value })}
        />
      </div>
      <div className={classes.pair}>
        <CountInput label="Lines above the table" value={found.skipLines} onCount={(skipLines) => say({ skipLines })} />
        <CountInput label="Lines with names" value={found.headerRows} onCount={(headerRows) => say({ headerRows })} />
      </div>
      {found.headerConfidence < 0.9 && (
        <p className={classes.evidence} data-unsure>
          <strong>please check</strong>: {found.headerRows === 0 ? "no line looks like names" : "the first line could also be data"}
        </p>
      )}
    </>
  );
}

function CountInput({ label, value, onCount }: { readonly label: string; readonly value: number; readonly onCount: (count: number) => void }) {
  return (
    <TextInput
      key={value}
      label={label}
      size="xs"
      type="number"
      min={0}
      defaultValue={value}
      onBlur={(event) => {
        const count = Number(event.currentTarget.value);
        if (Number.isInteger(count) && count >= 0 && count !== value) onCount(count);
      }}
      onKeyDown={(event) => {
        if (event.key === "Enter") event.currentTarget.blur();
      }}
    />
  );
}

function SheetChoice({ draft, onDraft, found }: Found<"sheet">) {
  const say = (change: Partial<Record<keyof NonNullable<FileOptions["sheet"]>, unknown>>) =>
    onDraft(withFile(draft, "sheet", merged(draft.file.sheet, change)));
  return (
    <>
      <div>
        <NativeSelect
          label="Sheet"
          size="xs"
          value={found.name}
          data={found.sheets.map(({ name, isHidden }) => ({ value: name, label: isHidden ? `${name} (hidden)` : name }))}
          onChange={(event) => onDraft(withFile(draft, "sheet", { name: event.currentTarget.value }))}
        />
        <Evidence confidence={found.confidence} evidence={found.evidence} />
      </div>
      <div className={classes.pair}>
        <CountInput label="Row with names (0: none)" value={found.headerRow} onCount={(headerRow) => say({ headerRow })} />
        <NativeSelect
          label="Cells with errors"
          size="xs"
          value={found.errors}
          data={[
            { value: "reject", label: "Reject their rows" },
            { value: "null", label: "Are empty" },
          ]}
          onChange={(event) => say({ errors: event.currentTarget.value })}
        />
      </div>
    </>
  );
}

const NESTED = [
  { value: "keep", label: "Stay as they are" },
  { value: "flatten", label: "Become columns" },
];

const pathText = (path: readonly string[]): string => (path.length === 0 ? "the document itself" : path.join(" › "));

function JsonChoice({ draft, onDraft, found }: Found<"json">) {
  const say = (change: Partial<Record<keyof NonNullable<FileOptions["json"]>, unknown>>) => onDraft(withFile(draft, "json", merged(draft.file.json, change)));
  const paths = [found.path, ...found.otherPaths];
  return (
    <>
      <div>
        {found.layout === "array" && (
          <NativeSelect
            label="Rows are in"
            size="xs"
            value={JSON.stringify(found.path)}
            data={paths.map((path) => ({ value: JSON.stringify(path), label: pathText(path) }))}
            onChange={(event) => say({ layout: "array", path: JSON.parse(event.currentTarget.value) })}
          />
        )}
        <Evidence confidence={found.confidence} evidence={found.evidence} />
      </div>
      <NativeSelect
        label="Objects inside a row"
        size="xs"
        value={found.nested}
        data={NESTED}
        onChange={(event) => say({ nested: event.currentTarget.value })}
      />
    </>
  );
}

function XmlChoice({ draft, onDraft, found }: Found<"xml">) {
  const say = (change: Partial<Record<keyof NonNullable<FileOptions["xml"]>, unknown>>) => onDraft(withFile(draft, "xml", merged(draft.file.xml, change)));
  const paths = [found.rowPath, ...found.others.map(({ path }) => path)];
  return (
    <>
      <div>
        <NativeSelect
          label="A row is"
          size="xs"
          value={JSON.stringify(found.rowPath)}
          data={paths.map((path) => ({ value: JSON.stringify(path), label: pathText(path) }))}
          onChange={(event) => say({ rowPath: JSON.parse(event.currentTarget.value) })}
        />
        <Evidence confidence={found.confidence} evidence={found.evidence} />
      </div>
      <NativeSelect
        label="Elements inside a row"
        size="xs"
        value={found.nested}
        data={NESTED}
        onChange={(event) => say({ nested: event.currentTarget.value })}
      />
    </>
  );
}

const tokensOf = (text: string): readonly string[] =>
  text
    .split(",")
    .map((token) => token.trim())
    .filter((token) => token !== "");

const STYLES = [
  { value: "", label: "As detected" },
  { value: ".|", label: "1234.50" },
  { value: ".|,", label: "1,234.50" },
  { value: ",|", label: "1234,50" },
  { value: ",|.", label: "1.234,50" },
  { value: ",| ", label: "1 234,50" },
  { value: ".|'", label: "1'234.50" },
];

function ValueChoice({ draft, onDraft }: PaneProps) {
  const said = draft.file.values;
  const say = (change: Partial<Record<keyof NonNullable<FileOptions["values"]>, unknown>>) => onDraft(withFile(draft, "values", merged(said, change)));
  const style = said?.decimal === undefined ? "" : `${said.decimal}|${said.thousands ?? ""}`;
  const tokens = said?.nullTokens?.join(", ") ?? "";
  return (
    <div className={classes.pair}>
      <NativeSelect
        label="Numbers are written"
        size="xs"
        value={style}
        data={STYLES}
        onChange={(event) => {
          const [decimal, thousands] = event.currentTarget.value.split("|");
          say(event.currentTarget.value === "" ? { decimal: undefined, thousands: undefined } : { decimal, thousands });
        }}
      />
      <TextInput
        key={tokens}
        label="Missing values are"
        placeholder="n/a, -"
        size="xs"
        defaultValue={tokens}
        onBlur={(event) => {
          const typed = tokensOf(event.currentTarget.value);
          if (typed.join(", ") !== tokens) say({ nullTokens: typed.length === 0 ? undefined : typed });
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
        }}
      />
    </div>
  );
}
