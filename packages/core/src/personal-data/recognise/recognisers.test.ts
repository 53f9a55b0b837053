import type { Entity } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { recognisersFor } from "./all-recognisers.ts";
import { classesOf } from "./cell-classes.ts";
import { NO } from "./recogniser.ts";

const all = recognisersFor({ also: ["driver_licence"] });

/** What tells values by themselves; mere shapes need a column's name and are left out. */
function kindsOf(text: string): readonly Entity[] {
  const classes = classesOf(text);
  return all
    .filter(({ strength }) => strength === "evident" || strength === "checksum")
    .filter(
      ({ length, allowed, required }) =>
        text.length >= length[0] && text.length <= length[1] && (classes & ~allowed) === 0 && (classes & required) === required,
    )
    .filter(({ test }) => test(text) !== NO)
    .map(({ entity }) => entity);
}

/** Numbers from the publications the checks are from, or made for tests by those who give them out. */
const VALID: readonly (readonly [Entity, readonly string[]])[] = [
  [
    "email",
    ["jo.doe@example.com", "o'neil+news@mail.example.co.uk", "用户@例子.广告", "Jo Doe <jo@example.org>", "mailto:jo@example.org", "a@xn--bcher-kva.example"],
  ],
  ["phone", ["+49 30 901820", "+1 212-736-3100", "(212) 736-3100", "020 7946 0018", "+44 20 7946 0018", "0049 30 901820", "212-736-3100 ext. 12"]],
  [
    "credit_card",
    ["4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "378282246310005", "3782 822463 10005", "6011111111111117", "3530111333300000"],
  ],
  ["iban", ["DE89370400440532013000", "GB82 WEST 1234 5698 7654 32", "FR14 2004 1010 0505 0001 3M02 606", "NO93 8601 1117 947", "NL91ABNA0417164300"]],
  ["us_routing", ["021000021", "011401533"]],
  ["crypto_address", ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "0x52908400098527886E0F7030069857D2E4169EE7"]],
  ["ip_address", ["192.168.1.10", "8.8.8.8", "2001:db8::1", "fe80::1ff:fe23:4567:890a%eth0", "::ffff:192.0.2.128", "2001:0db8:0000:0000:0000:ff00:0042:8329"]],
  ["mac_address", ["00:1B:44:11:3A:B7", "00-1b-44-11-3a-b7", "001b.4411.3ab7"]],
  ["secret", ["AKIAIOSFODNN7EXAMPLE", "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "$2b$12$EixZaYVK1fsbw1ZfbX3OXePaWxn96p36WQoeG6Lruj3vjPGga31lW"]],
  ["us_ssn", ["536-22-1234", "001-01-0001"]],
  ["us_itin", ["912-70-1234", "999-88-0000"]],
  ["us_npi", ["1234567893"]],
  ["us_mbi", ["1EG4-TE5-MK73", "1EG4TE5MK73"]],
  ["gb_nhs", ["943 476 5919", "9434765919"]],
  ["gb_nino", ["AB123456C", "AB 12 34 56 C"]],
  ["de_tax_id", ["86095742719", "65929970489"]],
  ["de_pension", ["65170839J003", "65 170839 J 003"]],
  ["de_health", ["A123456780"]],
  ["fr_nir", ["2 55 08 14 168 025 38", "255081416802538"]],
  ["es_nif", ["12345678Z", "X1234567L"]],
  ["it_fiscal_code", ["RSSMRA85T10A562S"]],
  ["pl_pesel", ["44051401359", "02070803628"]],
  ["se_personnummer", ["811218-9876", "19811218-9876"]],
  ["fi_hetu", ["131052-308T"]],
  ["nl_bsn", ["111222333", "123456782"]],
  ["be_nrn", ["85.07.30-033.28", "85073003328"]],
  [
    "eu_vat",
    [
      "DE136695976",
      "ATU13585627",
      "BE0428759497",
      "DK13585628",
      "FI20774740",
      "IT00743110157",
      "LU15027442",
      "PL8567346215",
      "PT501964843",
      "SE123456789701",
      "FR40303265045",
    ],
  ],
  ["ca_sin", ["130 692 544"]],
  ["au_tfn", ["123 456 782"]],
  ["au_abn", ["51 824 753 556"]],
  ["au_acn", ["004 085 616"]],
  ["au_medicare", ["2123 45670 1"]],
  ["in_aadhaar", ["2341 2341 2346"]],
  ["in_pan", ["ABCPE1234F"]],
  ["in_gstin", ["27AAPFU0939F1ZV"]],
  ["sg_nric", ["S1234567D", "F1234567N", "T1234567J"]],
  ["kr_rrn", ["900101-1234567"]],
  ["za_id", ["8001015009087"]],
  ["tr_tckn", ["10000000146"]],
  ["th_tnin", ["1-2345-67890-12-1"]],
  ["br_cpf", ["111.444.777-35", "52998224725"]],
  ["br_cnpj", ["11.222.333/0001-81"]],
  ["person_name", ["Maria Schmidt", "Dr. Anna-Lena Weber", "García López, José", "van den Berg, Pieter", "王小明", "Иванова Мария", "Łukasz Wiśniewski"]],
  ["postal_address", ["12 Main Street", "Hauptstraße 5, 10115 Berlin", "5 rue de la Paix", "ul. Długa 7/3", "Calle Mayor 12", "Keizersgracht 174"]],
  ["coordinates", ["52.5200, 13.4050", "-33.8688,151.2093"]],
];

const INVALID: readonly (readonly [Entity, readonly string[]])[] = [
  ["email", ["logo@2x.png", "@handle", "a@b", "jo@localhost", "a..b@example.com", "jo@example..com", "jo@example.com.", "x@y@", "git@github.com:org/repo"]],
  ["phone", ["2024-01-15", "10.2.0.1", "3.14159265", "4111 1111 1111 1111", "12-34-56", "+1 999 999", "078-05-1120", "2021-12-31 10:15"]],
  ["credit_card", ["4111111111111112", "0000000000000000", "1234567890123452", "356938035643809"]],
  ["iban", ["DE88370400440532013000", "GB82WEST123456987654", "XX82WEST12345698765432"]],
  ["us_routing", ["021000022", "991000021", "000000000"]],
  ["crypto_address", ["1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", "0x5290"]],
  ["ip_address", ["256.1.1.1", "1.2.3", "12:30", "12:30:45", "::", "1.2.3.4.5", "10:20:30:40"]],
  ["mac_address", ["00:1B:44:11:3A", "00:1B-44:11:3A:B7"]],
  ["us_ssn", ["000-12-3456", "666-12-3456", "900-12-3456", "987-65-4321", "123-00-4567", "123-45-0000", "078-05-1120", "219-09-9999"]],
  ["us_itin", ["912-49-1234", "912-66-1234", "912-93-1234", "812-70-1234"]],
  ["us_npi", ["1234567890", "3234567893"]],
  ["us_mbi", ["1SG4-TE5-MK73", "0EG4TE5MK73"]],
  ["gb_nhs", ["943 476 5918", "111 111 1111"]],
  ["gb_nino", ["GB123456C", "AB123456E", "QQ123456C", "DA123456C"]],
  ["de_tax_id", ["86095742718", "12345678901", "01234567890"]],
  ["de_pension", ["65170839J004", "65173539J003"]],
  ["de_health", ["A123456781"]],
  ["fr_nir", ["255081416802539"]],
  ["es_nif", ["12345678A", "X1234567A"]],
  ["it_fiscal_code", ["RSSMRA85T10A562T"]],
  ["pl_pesel", ["44051401358", "44151401359", "99999999999"]],
  ["se_personnummer", ["811218-9875", "811318-9876"]],
  ["fi_hetu", ["131052-308U", "311152-308T"]],
  ["nl_bsn", ["111222334", "000000000", "111111111"]],
  ["be_nrn", ["85.07.30-033.29", "85.13.30-033.28"]],
  ["eu_vat", ["DE136695977", "ATU13585628", "IT00743110158", "US123456789"]],
  ["ca_sin", ["130 692 545", "830 692 544", "111 111 111"]],
  ["au_tfn", ["123 456 783"]],
  ["au_abn", ["51 824 753 557"]],
  ["au_acn", ["004 085 617"]],
  ["au_medicare", ["2123 45671 1", "7123 45670 1"]],
  ["in_aadhaar", ["2341 2341 2347", "1341 2341 2346"]],
  ["in_pan", ["ABCDE1234F", "ABCPE12345"]],
  ["in_gstin", ["27AAPFU0939F1ZX"]],
  ["sg_nric", ["S1234567A", "A1234567D"]],
  ["kr_rrn", ["901301-1234567", "900101-9234567"]],
  ["za_id", ["8001015009088", "8013015009087", "8001015009387"]],
  ["tr_tckn", ["10000000147", "00000000146"]],
  ["th_tnin", ["1-2345-67890-12-2"]],
  ["br_cpf", ["111.444.777-36", "111.111.111-11"]],
  ["br_cnpj", ["11.222.333/0001-82"]],
  ["person_name", ["Johnson & Sons", "Martin Luther King Blvd", "Smith GmbH", "Blue widget", "pending", "Main Street"]],
  ["postal_address", ["10 apples", "Main Street", "version 5"]],
  ["coordinates", ["12.5, 13.4", "95.1234, 13.4050"]],
];

describe("recognisers", () => {
  it.each(VALID.flatMap(([entity, texts]) => texts.map((text) => [entity, text] as const)))("know %s in %s", (entity, text) => {
    expect(kindsOf(text)).toContain(entity);
  });

  it.each(INVALID.flatMap(([entity, texts]) => texts.map((text) => [entity, text] as const)))("see no %s in %s", (entity, text) => {
    expect(kindsOf(text)).not.toContain(entity);
  });
});
