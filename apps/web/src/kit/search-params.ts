type Raw = Record<string, unknown>;

/** A text of the address, without blanks; undefined when absent or too long to be meant. */
export function textParam(raw: Raw, name: string, maxLength = 200): string | undefined {
  const value = raw[name];
  const text = typeof value === "string" ? value.trim() : typeof value === "number" ? String(value) : "";
  return text === "" || text.length > maxLength ? undefined : text;
}

/** A row's key, which is a list in JSON: as the text it was put into the address, or as the list that the router makes of bare JSON. */
export function keyParam(raw: Raw, name: string, maxLength = 200): string | undefined {
  return textParam({ [name]: Array.isArray(raw[name]) ? JSON.stringify(raw[name]) : raw[name] }, name, maxLength);
}

/** An object of the address, as it came: whoever uses it checks its shape. */
export function objectParam(raw: Raw, name: string): object | undefined {
  const value = raw[name];
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}

/** Some texts of the address, each once; undefined when there is none. */
export function listParam(raw: Raw, name: string): string[] | undefined {
  const value = raw[name];
  const texts = (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string" && item.trim() !== "") as string[];
  return texts.length === 0 ? undefined : [...new Set(texts)];
}

/** One of some words; anything else counts as absent. */
export function choiceParam<const C extends string>(raw: Raw, name: string, choices: readonly C[]): C | undefined {
  const value = textParam(raw, name);
  return choices.find((choice) => choice === value);
}

/** A validated search without absent entries, so that the address stays short. */
export function present<T extends Raw>(search: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(search).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}

/** A validated search that hides whatever else the address says: the router gives pages both, what was validated over what was not. */
export function knownOnly<S extends Raw>(raw: Raw, search: S): S {
  return { ...Object.fromEntries(Object.keys(raw).map((name) => [name, undefined])), ...search };
}
