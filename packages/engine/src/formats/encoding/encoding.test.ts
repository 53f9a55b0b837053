import { describe, expect, it } from "vitest";
import { Fault } from "../../fault.ts";
import { StrictDecoder } from "./decode.ts";
import { detectEncoding } from "./detect-encoding.ts";
import { ENCODINGS, type Encoding } from "./encodings.ts";

/** All that one encoding can write, as bytes by character; Node writes only UTF-8, UTF-16LE and Latin-1 by itself. */
function encoderOf(encoding: Encoding): (text: string) => Buffer {
  const bytes = new Map<string, readonly number[]>();
  const decoder = new TextDecoder(encoding, { fatal: true });
  const note = (...units: readonly number[]): void => {
    try {
      const char = decoder.decode(Uint8Array.from(units));
      if ([...char].length === 1 && !bytes.has(char)) bytes.set(char, units);
    } catch {
      // Not every combination of bytes is a character.
    }
  };
  for (let first = 0; first < 256; first += 1) note(first);
  if (["shift_jis", "euc-jp", "gb18030", "big5", "euc-kr"].includes(encoding)) {
    for (let first = 0x81; first < 255; first += 1) for (let second = 0x30; second < 255; second += 1) note(first, second);
  }
  return (text) => Buffer.from([...text].flatMap((char) => bytes.get(char) ?? []));
}

const big = (text: string): Buffer => Buffer.from(text, "utf16le").swap16();

const GERMAN = "name;stadt;straße\nMüller;Köln;Große Straße\nJäger;Düsseldorf;Höhenweg\nÉmile Dupré;Besançon;rue de l’Été\n5 €;“so”;–\n";
const POLISH = "imię;miasto\nWładysław;Łódź\nStanisław;Gdańsk\nŻaneta;Święta Góra\nKrólewska;Częstochowa\n";
const CZECH = "jméno;město\nJiří Dvořák;Plzeň\nŠtěpán Růžička;Český Těšín\nVěra Žáková;Ústí nad Labem\n";
const RUSSIAN = "имя;город\nИван Петров;Москва\nЕкатерина Смирнова;Новосибирск\nСергей;Санкт-Петербург\n";
const JAPANESE = "名前,都市\n山田太郎,東京都\nカタログ,大阪市\nこれはテストです,日本の会社\n";
const CHINESE = "姓名,城市\n王小明,北京市\n李华,上海的公司\n张三,这个地方在广州\n";

function faultOf(run: () => unknown): Fault {
  try {
    run();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("detecting an encoding", () => {
  it.each<readonly [string, Buffer, Encoding]>([
    ["plain UTF-8", Buffer.from(GERMAN), "utf-8"],
    ["UTF-8 with a mark", Buffer.from(`\ufeff${GERMAN}`), "utf-8"],
    ["UTF-16 with a mark, little end first", Buffer.from(`\ufeff${GERMAN}`, "utf16le"), "utf-16le"],
    ["UTF-16 with a mark, big end first", big(`\ufeff${GERMAN}`), "utf-16be"],
    ["UTF-16 without a mark, little end first", Buffer.from(GERMAN, "utf16le"), "utf-16le"],
    ["UTF-16 without a mark, big end first", big(GERMAN), "utf-16be"],
    ["German and French", encoderOf("windows-1252")(GERMAN), "windows-1252"],
    ["Polish from Windows", encoderOf("windows-1250")(POLISH), "windows-1250"],
    ["Polish from Unix", encoderOf("iso-8859-2")(POLISH), "iso-8859-2"],
    ["Czech from Windows", encoderOf("windows-1250")(CZECH), "windows-1250"],
    ["Russian from Windows", encoderOf("windows-1251")(RUSSIAN), "windows-1251"],
    ["Russian from Unix", encoderOf("koi8-r")(RUSSIAN), "koi8-r"],
    ["Japanese from Windows", encoderOf("shift_jis")(JAPANESE), "shift_jis"],
    ["Japanese from Unix", encoderOf("euc-jp")(JAPANESE), "euc-jp"],
    ["Chinese", encoderOf("gb18030")(CHINESE), "gb18030"],
    ["the euro sign of ISO 8859-15", encoderOf("iso-8859-15")("Größe;Preis\nfür Müller;12 €\nœuvre;3 €\nŒdipe;1 €\n"), "iso-8859-15"],
  ])("knows %s", (_, bytes, encoding) => {
    expect(detectEncoding(bytes)).toMatchObject({ encoding });
  });

  it("shows words of the file as evidence, and a runner-up", () => {
    const found = detectEncoding(encoderOf("windows-1252")(GERMAN));
    expect(found.evidence).toContain("“Müller”");
    expect(found.runnerUp).not.toBeNull();
    expect(found.confidence).toBeGreaterThan(0.3);
  });

  it("keeps UTF-8 with one broken place UTF-8, less sure", () => {
    const found = detectEncoding(Buffer.concat([Buffer.from(GERMAN), Buffer.from([0xe9]), Buffer.from("x\n")]));
    expect([found.encoding, found.confidence < 1]).toEqual(["utf-8", true]);
  });
});

describe("decoding", () => {
  it.each(ENCODINGS.map((encoding) => [encoding]))("gives back %s byte for byte however it is cut", (encoding) => {
    const sample = { "windows-1251": RUSSIAN, "koi8-r": RUSSIAN, gb18030: CHINESE, shift_jis: JAPANESE, "euc-jp": JAPANESE, "windows-1250": POLISH }[
      encoding as string
    ];
    const text = sample ?? "plain text, 1;2\nand more\n";
    const bytes =
      encoding === "utf-8"
        ? Buffer.from(text)
        : encoding === "utf-16le"
          ? Buffer.from(text, "utf16le")
          : encoding === "utf-16be"
            ? big(text)
            : encoderOf(encoding)(text);
    for (const size of [1, 2, 3, 7, 1000]) {
      const decoder = new StrictDecoder(encoding);
      let out = "";
      for (let at = 0; at < bytes.length; at += size) out += decoder.decode(bytes.subarray(at, at + size));
      expect(out + decoder.finish()).toBe(text);
    }
  });

  it.each<readonly [string, Encoding, Buffer, number, number]>([
    ["a broken character of UTF-8", "utf-8", Buffer.from([0x61, 0x0a, 0xc3, 0x28]), 2, 2],
    ["UTF-8 cut at the end", "utf-8", Buffer.from([0x61, 0xe2, 0x82]), 1, 1],
    ["half a pair of UTF-16", "utf-16le", Buffer.from([0x61, 0, 0x0a, 0, 0x00, 0xd8, 0x61, 0]), 4, 2],
    ["an odd number of bytes of UTF-16", "utf-16le", Buffer.from([0x61, 0, 0x62]), 2, 1],
    ["a byte Windows-1252 does not use", "windows-1252", Buffer.from([0x61, 0x0a, 0x62, 0x81]), 3, 2],
    ["a cut character of Shift JIS", "shift_jis", Buffer.from([0x61, 0x0a, 0x82]), 2, 2],
  ])("refuses %s with byte and line", (...row) => {
    const [, encoding, bytes, offset, line] = row;
    const decoder = new StrictDecoder(encoding);
    const fault = faultOf(() => decoder.decode(bytes) + decoder.finish());
    expect([fault.code, fault.params]).toEqual(["file.encoding_invalid", { encoding, offset, line }]);
  });

  it("refuses NUL characters as no text", () => {
    expect(faultOf(() => new StrictDecoder("utf-8").decode(Buffer.from("a\nb\0"))).code).toBe("file.binary");
  });
});
