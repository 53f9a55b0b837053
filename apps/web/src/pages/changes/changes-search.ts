import { choiceParam, present, textParam } from "../../kit/search-params.ts";
import { STATE_CHOICE_NAMES } from "./change-words.ts";

/** What the address of the list says. */
export const changesSearch = (raw: Record<string, unknown>) =>
  present({
    state: choiceParam(raw, "state", ["all", ...STATE_CHOICE_NAMES]),
    who: choiceParam(raw, "who", ["waiting", "mine"]),
    dataset: textParam(raw, "dataset", 64),
    q: textParam(raw, "q", 200),
  });
