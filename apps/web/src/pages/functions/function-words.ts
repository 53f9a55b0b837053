import { choiceParam, present, textParam } from "../../kit/search-params.ts";

export const functionsSearch = (raw: Record<string, unknown>) =>
  present({ tab: choiceParam(raw, "tab", ["own"]), q: textParam(raw, "q", 200), category: textParam(raw, "category", 60), name: textParam(raw, "name", 100) });

export const functionSearch = (raw: Record<string, unknown>) => present({ tab: choiceParam(raw, "tab", ["versions"]) });

export const LANGUAGES = { sql: "SQL expression", javascript: "JavaScript" } as const;
