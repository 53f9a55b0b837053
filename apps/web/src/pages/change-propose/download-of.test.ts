import { expect, it } from "vitest";
import { downloadOf, titleOf } from "./download-of.ts";

const ID = "dow_01kabcdefghjkmnpqrstvwxyz0";

it.each([`Orders-v3-${ID}.csv`, `Orders-v3-${ID} (1).csv`, `final ${ID}_edited.xlsx`])("finds the download in %s", (name) => expect(downloadOf(name)).toBe(ID));
it.each(["orders.csv", "dow_short.csv"])("finds none in %s", (name) => expect(downloadOf(name)).toBeUndefined());
it.each([
  [`Price-list-v3-${ID}.csv`, "Changes of Price list"],
  ["orders (2).csv.gz", "Changes of orders"],
  [".csv", "Edited file"],
])("calls a request from %s %s", (name, title) => expect(titleOf(name)).toBe(title));
