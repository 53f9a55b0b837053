import { describe, expect, it } from "vitest";
import { Fault } from "../../fault.ts";
import { toJson } from "../nested/node.ts";
import { detectXml } from "./detect-xml.ts";
import { xmlRecords } from "./xml-rows.ts";

async function* pieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield await Promise.resolve(text.slice(at, at + size));
}

async function read(text: string, size = 5): Promise<readonly string[]> {
  const { rowPath } = detectXml(text, true);
  const rows: string[] = [];
  for await (const batch of xmlRecords(pieces(text, size), rowPath)) rows.push(...batch.map((record) => `${record.line}: ${toJson(record.value ?? null)}`));
  return rows;
}

const codeOf = (run: Promise<unknown>): Promise<unknown> =>
  run.then(
    () => "nothing was refused",
    (error: unknown) => (error instanceof Fault ? error.code : error),
  );

const SHOP = `<?xml version="1.0"?>
<shop><title>All</title>
<item id="007"><name>Nut &amp; bolt</name><tag>a</tag><tag>b</tag><size unit="mm">5</size><none/></item>
<item id="008"><name><![CDATA[<b>]]></name></item>
</shop>`;

describe("reading XML", () => {
  it("takes the repeated element for the row, with attributes, lists and inner elements", async () => {
    for (const size of [1, 4, 5000]) {
      expect(await read(SHOP, size)).toEqual([
        '3: {"@id":"007","name":"Nut & bolt","tag":["a","b"],"size":{"@unit":"mm","#text":"5"},"none":null}',
        '4: {"@id":"008","name":"<b>"}',
      ]);
    }
  });

  it("shows the other repeated elements, and takes the one that is chosen", () => {
    expect(detectXml(SHOP, true)).toMatchObject({ rowPath: ["shop", "item"], others: [{ path: ["shop", "item", "tag"], count: 2 }] });
    expect(detectXml(SHOP, true, { rowPath: ["shop", "item", "tag"] })).toMatchObject({ rowPath: ["shop", "item", "tag"], confidence: 1 });
  });

  it.each([
    ["entities that multiply", '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a><b>&y;</b><b>1</b></a>'],
    ["entities from elsewhere", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a><b>&x;</b><b>1</b></a>'],
    ["an unknown entity", "<a><b>&x;</b><b>1</b></a>"],
    ["an element that is not closed rightly", "<a><b>1</c></a>"],
    ["two documents", "<a><b/><b/></a><a/>"],
  ])("refuses %s", async (_, text) => {
    expect(await codeOf(read(text))).toBe("file.malformed");
  });

  it("says that a document is cut off, and that nothing is repeated", async () => {
    expect(await codeOf(read("<a><b>1</b><b>2</b><b>"))).toBe("file.truncated");
    expect(await codeOf(read("<a>1</a>"))).toBe("file.rows_not_found");
  });
});
