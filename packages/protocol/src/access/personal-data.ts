/** What a kind of personal data is called, and how a column of it is best masked. */
interface EntitySpec {
  /** Of one value, in the middle of a sentence: "e-mail address". */
  readonly one: string;
  readonly many: string;
  readonly group: "contact" | "payment" | "network" | "person" | "place" | "secret" | "identity number";
  /** The mask that is proposed, in its short form. */
  readonly mask: string;
}

const id = (one: string, many = `${one}s`, mask = "token") => ({ one, many, group: "identity number", mask }) as const;

/** Every kind of personal data that is looked for, by its name in the API. */
export const ENTITIES = {
  email: { one: "e-mail address", many: "e-mail addresses", group: "contact", mask: "email" },
  phone: { one: "phone number", many: "phone numbers", group: "contact", mask: "phone" },
  username: { one: "user name", many: "user names", group: "contact", mask: "token" },
  credit_card: { one: "payment card number", many: "payment card numbers", group: "payment", mask: "credit_card" },
  iban: { one: "bank account number (IBAN)", many: "bank account numbers (IBAN)", group: "payment", mask: "token" },
  bank_account: { one: "bank account number", many: "bank account numbers", group: "payment", mask: "token" },
  us_routing: { one: "US bank routing number", many: "US bank routing numbers", group: "payment", mask: "token" },
  crypto_address: { one: "wallet address", many: "wallet addresses", group: "payment", mask: "token" },
  ip_address: { one: "IP address", many: "IP addresses", group: "network", mask: "ip" },
  mac_address: { one: "MAC address", many: "MAC addresses", group: "network", mask: "token" },
  person_name: { one: "person's name", many: "people's names", group: "person", mask: "partial_text" },
  date_of_birth: { one: "date of birth", many: "dates of birth", group: "person", mask: "date_truncate:year" },
  postal_address: { one: "postal address", many: "postal addresses", group: "place", mask: "redact" },
  postcode: { one: "postcode", many: "postcodes", group: "place", mask: "redact" },
  coordinates: { one: "place on the map", many: "places on the map", group: "place", mask: "redact" },
  password: { one: "password", many: "passwords", group: "secret", mask: "redact" },
  secret: { one: "key or token", many: "keys or tokens", group: "secret", mask: "redact" },
  passport: id("passport number"),
  driver_licence: id("driving licence number"),
  us_ssn: id("US social security number", "US social security numbers", "ssn"),
  us_itin: id("US taxpayer number (ITIN)", "US taxpayer numbers (ITIN)", "ssn"),
  us_ein: id("US employer number (EIN)", "US employer numbers (EIN)"),
  us_npi: id("US health provider number (NPI)", "US health provider numbers (NPI)"),
  us_mbi: id("US Medicare number (MBI)", "US Medicare numbers (MBI)"),
  gb_nhs: id("NHS number"),
  gb_nino: id("UK national insurance number"),
  de_tax_id: id("German tax number", "German tax numbers"),
  de_pension: id("German pension insurance number"),
  de_health: id("German health insurance number"),
  fr_nir: id("French social security number"),
  es_nif: id("Spanish identity number (NIF, NIE)", "Spanish identity numbers (NIF, NIE)"),
  it_fiscal_code: id("Italian fiscal code"),
  pl_pesel: id("Polish PESEL number"),
  se_personnummer: id("Swedish personal number"),
  fi_hetu: id("Finnish personal identity code"),
  nl_bsn: id("Dutch citizen number (BSN)", "Dutch citizen numbers (BSN)"),
  be_nrn: id("Belgian national number"),
  eu_vat: id("VAT number"),
  ca_sin: id("Canadian social insurance number"),
  au_tfn: id("Australian tax file number"),
  au_abn: id("Australian business number"),
  au_acn: id("Australian company number"),
  au_medicare: id("Australian Medicare number"),
  in_aadhaar: id("Aadhaar number"),
  in_pan: id("Indian PAN"),
  in_gstin: id("Indian GSTIN"),
  sg_nric: id("Singaporean NRIC or FIN", "Singaporean NRICs and FINs"),
  sg_uen: id("Singaporean UEN"),
  kr_rrn: id("Korean resident number"),
  za_id: id("South African ID number"),
  tr_tckn: id("Turkish identity number"),
  th_tnin: id("Thai identity number"),
  ng_nin: id("Nigerian identity number"),
  br_cpf: id("Brazilian CPF"),
  br_cnpj: id("Brazilian CNPJ"),
} as const satisfies Record<string, EntitySpec>;

export type Entity = keyof typeof ENTITIES;

export const ENTITY_NAMES = Object.keys(ENTITIES) as [Entity, ...Entity[]];

/** The tag of a column that was found to hold this. */
export const tagOfEntity = (entity: Entity): string => `pii.${entity}`;
