import type { FunctionSetup } from "./messages.ts";

/**
 * Runs inside the function's own world, in Node's engine and in QuickJS alike, so it is text, uses the language alone, and keeps what it
 * needs from the built-in objects before people's code can change them.
 */
const HARNESS = String.raw`
"use strict";
const { parse, stringify } = JSON;
const { isArray } = Array;
const { defineProperty } = Object;
const toText = String, toNumber = Number, toBigInt = BigInt;
const join = Array.prototype.join.call.bind(Array.prototype.join);
const split = String.prototype.split.call.bind(String.prototype.split);
const slice = String.prototype.slice.call.bind(String.prototype.slice);
const indexOf = String.prototype.indexOf.call.bind(String.prototype.indexOf);
const wellFormed = typeof String.prototype.toWellFormed === "function" ? String.prototype.toWellFormed.call.bind(String.prototype.toWellFormed) : (text) => text;
const iso = Date.prototype.toISOString.call.bind(Date.prototype.toISOString);
const PlainDate = Date, PlainPromise = Promise;

const refuse = (what) => { throw new Error(what + " gives another result each time. Take such a value from a column instead."); };
const SteadyDate = new Proxy(PlainDate, {
  construct(target, values) { return values.length === 0 ? refuse("new Date()") : new target(...values); },
  apply() { return refuse("Date()"); },
});
PlainDate.now = () => refuse("Date.now()");
PlainDate.prototype.constructor = SteadyDate;
defineProperty(globalThis, "Date", { value: SteadyDate, writable: true, configurable: true });
Math.random = () => refuse("Math.random()");
if (typeof Temporal !== "undefined") delete Temporal.Now;
const noCode = () => { throw new TypeError("Code cannot be made from text here"); };
for (const kind of [function () {}, async function () {}, function* () {}, async function* () {}]) defineProperty(Object.getPrototypeOf(kind), "constructor", { value: noCode });
globalThis.Function = noCode;
delete globalThis.eval;
delete globalThis.WebAssembly;
delete globalThis.SharedArrayBuffer;
delete globalThis.Atomics;

function textOf(value, isJson) {
  if (value === null || value === undefined) return null;
  if (isJson) {
    const json = stringify(value);
    if (json === undefined) throw new TypeError("the result is no value that JSON has");
    return json;
  }
  switch (typeof value) {
    case "string":
      if (indexOf(value, "\0") >= 0) throw new TypeError("the result holds the character NUL");
      return wellFormed(value);
    case "number": case "boolean": case "bigint":
      return toText(value);
    case "object":
      if (value instanceof PlainDate) return iso(value);
      if (value instanceof PlainPromise) throw new TypeError("the result is a promise; functions answer at once");
      return wellFormed(stringify(value));
    default:
      throw new TypeError("the result is a " + typeof value);
  }
}

function reasonOf(error) {
  try {
    const message = typeof error === "object" && error !== null && typeof error.message === "string" ? error.message : toText(error);
    return slice(wellFormed(message), 0, 300) || "it failed without a word";
  } catch { return "it failed without a word"; }
}

const numbers = [], integers = [], jsons = [];
for (const { name, kind } of setup.arguments) ({ integer: integers, number: numbers, json: jsons, other: [] })[kind].push(name);
const [only] = setup.outputs;
const isSingle = setup.outputs.length === 1;

function rowOf(line) {
  const row = parse(line);
  for (let i = 0; i < integers.length; i += 1) { const name = integers[i]; if (typeof row[name] === "string") row[name] = toBigInt(row[name]); }
  for (let i = 0; i < numbers.length; i += 1) { const name = numbers[i]; if (typeof row[name] === "string") row[name] = toNumber(row[name]); }
  for (let i = 0; i < jsons.length; i += 1) { const name = jsons[i]; if (row[name] !== null) row[name] = parse(row[name]); }
  return row;
}

function answerOf(line) {
  try {
    const value = userFunction(rowOf(line));
    if (isSingle) return stringify({ o0: textOf(value, only.isJson) });
    if (value !== null && value !== undefined && (typeof value !== "object" || isArray(value))) throw new TypeError("the result is no object with the outputs' names");
    const answer = {};
    for (let i = 0; i < setup.outputs.length; i += 1) answer["o" + i] = textOf(value?.[setup.outputs[i].name], setup.outputs[i].isJson);
    return stringify(answer);
  } catch (error) {
    return stringify({ e: reasonOf(error) });
  }
}

return (lines) => {
  const rows = split(lines, "\n");
  const answers = [];
  for (let i = 0; i < rows.length; i += 1) if (rows[i] !== "") answers[answers.length] = answerOf(rows[i]);
  return join(answers, "\n") + "\n";
};
`;

/** The ways to read a body: as one expression, or as statements that return. */
export const BODY_FORMS = ["expression", "statements"] as const;
export type BodyForm = (typeof BODY_FORMS)[number];

/** The function of people's code by itself, which must be right before anything is put around it. */
export function functionText(body: string, form: BodyForm): string {
  return form === "expression" ? `(row) => (${body}\n)` : `(row) => {${body}\n}`;
}

/** A program whose value is a function from lines of JSON, one a row, to lines of JSON with the results. */
export function programText(setup: FunctionSetup, form: BodyForm): string {
  return `((setup, makeFunction) => {${HARNESS.replace("const numbers", "const userFunction = makeFunction();\nconst numbers")}})(${JSON.stringify(setup)}, () => { "use strict"; return ${functionText(setup.body, form)}; })`;
}
