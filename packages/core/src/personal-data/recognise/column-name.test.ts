import type { Entity } from "@granary/protocol";
import { describe, expect, it } from "vitest";
import { nameHits, tokensOf } from "./column-name.ts";

describe("tokensOf", () => {
  it("splits camel case, snake case and digits and drops accents", () => {
    expect(tokensOf("customerEmailAddress2")).toEqual(["customer", "email", "address", "2"]);
    expect(tokensOf("IPAddress")).toEqual(["ip", "address"]);
    expect(tokensOf("Téléphone_portable")).toEqual(["telephone", "portable"]);
    expect(tokensOf("Straße")).toEqual(["strasse"]);
  });
});

describe("nameHits", () => {
  it.each<readonly [string, Entity]>([
    ["email", "email"],
    ["CustomerEMail", "email"],
    ["correo_electronico", "email"],
    ["courriel", "email"],
    ["email_id", "email"],
    ["Telefonnummer", "phone"],
    ["mobileNumber", "phone"],
    ["fecha_nacimiento", "date_of_birth"],
    ["Geburtsdatum", "date_of_birth"],
    ["DOB", "date_of_birth"],
    ["PESEL", "pl_pesel"],
    ["firstname", "person_name"],
    ["last_name", "person_name"],
    ["nombre_completo", "person_name"],
    ["Nazwisko", "person_name"],
    ["client_ip", "ip_address"],
    ["billingAddress", "postal_address"],
    ["zip", "postcode"],
    ["ssn", "us_ssn"],
    ["Codice Fiscale", "it_fiscal_code"],
    ["contraseña", "password"],
  ])("hears that %s is a %s", (name, entity) => {
    expect(nameHits(name)).toContainEqual(expect.objectContaining({ entity, isSure: true }));
  });

  it.each<readonly [string, Entity]>([
    ["email_verified", "email"],
    ["is_email_valid", "email"],
    ["phone_type", "phone"],
    ["emailCount", "email"],
    ["public_key_algorithm", "driver_licence"],
    ["password_changed_at", "password"],
    ["ip_address", "postal_address"],
    ["product_name", "person_name"],
    ["file_name", "person_name"],
    ["country_of_birth", "date_of_birth"],
    ["publication", "us_itin"],
    ["business", "us_ssn"],
    ["token_count", "secret"],
    ["customer_address_id", "postal_address"],
  ])("does not hear %s as a %s", (name, entity) => {
    expect(nameHits(name).map((hit) => hit.entity)).not.toContain(entity);
  });
});
