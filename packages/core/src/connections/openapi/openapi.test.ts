import { describe, expect, it } from "vitest";
import { Description } from "./parse-description.ts";
import { readEndpoints } from "./read-endpoints.ts";
import { readSecurity } from "./read-security.ts";

const YAML = `
openapi: 3.1.0
info: { title: Shop }
servers: [{ url: "https://shop.example/v1" }]
security: [{ token: [] }]
components:
  securitySchemes:
    key: { type: apiKey, in: query, name: k }
    token: { type: http, scheme: bearer }
  parameters:
    Page: { name: page, in: query, schema: { type: integer } }
  schemas:
    Base: { type: object, properties: { id: { type: integer } } }
    Order:
      allOf:
        - $ref: "#/components/schemas/Base"
        - type: object
          properties:
            at: { type: string, format: date-time }
            note: { type: [string, "null"] }
            lines: { type: array, items: { type: object } }
            self: { $ref: "#/components/schemas/Order" }
paths:
  /orders:
    get:
      summary: All orders
      parameters: [{ $ref: "#/components/parameters/Page" }, { name: per_page, in: query }, { name: updated_after, in: query }]
      responses:
        "200":
          content:
            application/json:
              schema: { type: object, properties: { total: { type: integer }, data: { type: array, items: { $ref: "#/components/schemas/Order" } } } }
  /orders/{id}:
    get: { responses: { "200": { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } } }
  /flat:
    get:
      parameters: [{ name: cursor, in: query }]
      responses: { default: { content: { "application/vnd.api+json": { schema: { type: array, items: { type: object, properties: { x: { type: number } } } } } } } }
  /health:
    get: { responses: { "200": { content: { application/json: { schema: { type: object } } } } } }
`;

describe("an OpenAPI description", () => {
  const description = new Description(YAML);

  it("has endpoints that list things", () => {
    expect(readEndpoints(description)).toEqual([
      {
        name: "orders",
        method: "GET",
        path: "/orders",
        summary: "All orders",
        config: {
          path: "/orders",
          records: "data",
          pagination: { kind: "page", parameter: "page", sizeParameter: "per_page" },
          cursorParameter: "updated_after",
        },
        columns: [
          { name: "id", type: "integer" },
          { name: "at", type: "timestamptz" },
          { name: "note", type: "text" },
          { name: "lines", type: "json" },
          { name: "self", type: "json" },
        ],
      },
      {
        name: "flat",
        method: "GET",
        path: "/flat",
        summary: "",
        config: { path: "/flat", pagination: { kind: "none" } },
        columns: [{ name: "x", type: "number" }],
      },
    ]);
  });

  it("says how one signs in", () => {
    expect(readSecurity(description)).toEqual({ kind: "bearer" });
  });

  it.each([
    ["{", "it is no JSON"],
    ["a: [", "neither JSON nor YAML"],
    ['{"swagger":"2.0"}', "version 2"],
    ["[]", "empty"],
    ['{"openapi":"4.0"}', "does not say"],
    [`a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(20)}]\nc: &c [${"*b,".repeat(20)}]\nd: [${"*c,".repeat(20)}]`, "too often"],
  ])("is refused when it is none: %s", (text, reason) => {
    expect(() => new Description(text)).toThrow(reason);
  });

  it("ends references that go in circles or lead elsewhere", () => {
    const circles = new Description('{"openapi":"3.0.0","a":{"$ref":"#/b"},"b":{"$ref":"#/a"},"c":{"$ref":"https://elsewhere.example/x"}}');
    expect([circles.at(circles.root.a), circles.at(circles.root.c), circles.at({ $ref: "#/__proto__" })]).toEqual([undefined, undefined, undefined]);
  });
});
