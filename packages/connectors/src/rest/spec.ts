import type { ConfigSchema, ConnectorSpec } from "@granary/protocol";

const text = (title: string, order: number, more: Partial<ConfigSchema> = {}): ConfigSchema => ({ type: "string", title, order, maxLength: 2_000, ...more });
const secret = (title: string, order: number): ConfigSchema => text(title, order, { secret: true, maxLength: 10_000 });
const choice = (kind: string, title: string, properties: Readonly<Record<string, ConfigSchema>> = {}, required: readonly string[] = []): ConfigSchema => ({
  type: "object",
  title,
  required: ["kind", ...required],
  properties: { kind: { type: "string", const: kind, hidden: true }, ...properties },
});

const pairs = (title: string, order: number): ConfigSchema => ({
  type: "array",
  title,
  order,
  maxItems: 50,
  items: { type: "object", required: ["name", "value"], properties: { name: text("Name", 1, { maxLength: 200 }), value: text("Value", 2) } },
});

const client = {
  tokenUrl: text("Address for tokens", 1, { format: "uri" }),
  clientId: text("Client id", 2),
  clientSecret: secret("Client secret", 3),
  scope: text("Scope", 5),
};

const auth: ConfigSchema = {
  type: "object",
  title: "Signing in",
  order: 2,
  group: "account",
  display: "dropdown",
  oneOf: [
    choice("none", "Nothing"),
    choice(
      "key",
      "Key",
      {
        name: text("Name of the header or parameter", 1, { examples: ["X-Api-Key"], maxLength: 200 }),
        place: { type: "string", title: "Sent as", enum: ["header", "query"], enumTitles: ["Header", "Parameter"], default: "header", order: 2 },
        value: secret("Key", 3),
      },
      ["name", "value"],
    ),
    choice("basic", "User and password", { user: text("User", 1), password: secret("Password", 2) }, ["user"]),
    choice("bearer", "Bearer token", { token: secret("Token", 1) }, ["token"]),
    choice("oauth_client", "OAuth 2: client credentials", client, ["tokenUrl", "clientId", "clientSecret"]),
    choice("oauth_refresh", "OAuth 2: refresh token", { ...client, refreshToken: secret("Refresh token", 4) }, ["tokenUrl", "clientId", "refreshToken"]),
  ],
};

const pagination: ConfigSchema = {
  type: "object",
  title: "Pages",
  order: 4,
  display: "dropdown",
  oneOf: [
    choice("none", "All in one answer"),
    choice(
      "page",
      "Numbered pages",
      {
        parameter: text("Parameter of the number", 1, { default: "page", maxLength: 200 }),
        first: { type: "integer", title: "First number", default: 1, minimum: 0, maximum: 1_000_000, order: 2 },
        sizeParameter: text("Parameter of the size", 3, { maxLength: 200 }),
        size: { type: "integer", title: "Records a page", default: 100, minimum: 1, maximum: 100_000, order: 4 },
      },
      [],
    ),
    choice(
      "offset",
      "Offset and limit",
      {
        parameter: text("Parameter of the offset", 1, { default: "offset", maxLength: 200 }),
        sizeParameter: text("Parameter of the limit", 2, { default: "limit", maxLength: 200 }),
        size: { type: "integer", title: "Records a page", default: 100, minimum: 1, maximum: 100_000, order: 3 },
      },
      [],
    ),
    choice(
      "cursor",
      "Cursor in the answer",
      {
        parameter: text("Parameter of the cursor", 1, { default: "cursor", maxLength: 200 }),
        path: text("Where the answer has it", 2, { examples: ["meta.next_cursor"], maxLength: 500 }),
      },
      ["path"],
    ),
    choice("next_link", "Address of the next page in the answer", { path: text("Where the answer has it", 1, { examples: ["links.next"], maxLength: 500 }) }, [
      "path",
    ]),
    choice("link_header", "Link header"),
  ],
};

/** How an API that answers JSON is connected. */
export const spec: ConnectorSpec = {
  kind: "rest",
  title: "REST API",
  text: "Lists of records that an API answers as JSON; rows can be sent to it in batches.",
  icon: "braces",
  roles: ["source", "destination"],
  config: {
    type: "object",
    groups: [
      { id: "server", title: "Server" },
      { id: "account", title: "Account" },
      { id: "manners", title: "Manners" },
    ],
    required: ["baseUrl"],
    properties: {
      baseUrl: text("Address", 1, {
        format: "uri",
        pattern: "^https?://[^@]+$",
        patternText: "must start with https:// and hold no password",
        examples: ["https://api.example.com/v1"],
        group: "server",
      }),
      auth,
      testPath: text("Path for tests", 3, { description: "Asked when the connection is tested.", default: "", group: "server" }),
      headers: { ...pairs("Further headers", 4), group: "server" },
      requestsPerSecond: { type: "number", title: "Requests a second, at most", default: 10, minimum: 0.01, maximum: 1_000, order: 5, group: "manners" },
    },
  },
  streamConfig: {
    type: "object",
    required: ["path"],
    properties: {
      path: text("Path", 1, { examples: ["/orders"], pattern: "^(?!.*://)", patternText: "must be a path below the address of the connection" }),
      records: text("Where the records are", 2, {
        description: "Names with dots between; empty when the answer is the list.",
        examples: ["data.items"],
        maxLength: 500,
      }),
      parameters: pairs("Parameters", 3),
      pagination,
      cursorParameter: text("Parameter for what is new", 5, {
        description: "Gets the greatest value of the cursor column that was read.",
        examples: ["updated_since"],
        maxLength: 200,
      }),
    },
  },
  targetConfig: {
    type: "object",
    required: ["path"],
    properties: {
      path: text("Path", 1, { examples: ["/orders/batch"], pattern: "^(?!.*://)", patternText: "must be a path below the address of the connection" }),
      method: { type: "string", title: "Method", enum: ["POST", "PUT", "PATCH"], default: "POST", order: 2 },
      batchRows: { type: "integer", title: "Rows a request", default: 500, minimum: 1, maximum: 10_000, order: 3 },
      field: text("Name of the list", 4, { description: "Empty: the body is the list itself.", maxLength: 200 }),
      knowsKeys: {
        type: "boolean",
        title: "It heeds Idempotency-Key",
        description: "Then a request that is sent again has no effect there, and rows are delivered exactly once.",
        default: false,
        order: 5,
      },
    },
  },
  syncModes: ["full", "incremental"],
};
