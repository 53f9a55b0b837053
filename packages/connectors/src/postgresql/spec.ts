import type { ConnectorSpec } from "@granary/protocol";

/** How a PostgreSQL database is connected. */
export const spec: ConnectorSpec = {
  kind: "postgresql",
  title: "PostgreSQL",
  text: "Tables and views of a PostgreSQL database, in full or by a growing column; rows can be written back.",
  icon: "database",
  roles: ["source", "destination"],
  config: {
    type: "object",
    groups: [
      { id: "server", title: "Server" },
      { id: "account", title: "Account" },
      { id: "encryption", title: "Encryption" },
      { id: "choice", title: "What to read" },
    ],
    required: ["host", "database", "user"],
    properties: {
      host: { type: "string", title: "Host", format: "hostname", examples: ["db.example.com"], maxLength: 255, order: 1, group: "server" },
      port: { type: "integer", title: "Port", default: 5432, minimum: 1, maximum: 65_535, order: 2, group: "server" },
      database: { type: "string", title: "Database", maxLength: 63, order: 3, group: "server" },
      user: { type: "string", title: "User", description: "One that may only read is enough for a source.", maxLength: 63, order: 4, group: "account" },
      password: { type: "string", title: "Password", secret: true, alwaysShow: true, maxLength: 1_000, order: 5, group: "account" },
      encryption: {
        type: "string",
        title: "Encryption",
        enum: ["verified", "required", "preferred", "off"],
        enumTitles: ["Verified certificate", "Required", "When the server can", "Off"],
        default: "preferred",
        alwaysShow: true,
        order: 6,
        group: "encryption",
      },
      certificate: {
        type: "string",
        title: "Certificate of the authority",
        description: "In PEM, when the server's certificate is not signed by a public authority.",
        multiline: true,
        maxLength: 50_000,
        showWhen: { field: "encryption", in: ["verified"] },
        order: 7,
        group: "encryption",
      },
      schemas: {
        type: "array",
        title: "Schemas",
        description: "Only these are looked through; all when empty.",
        items: { type: "string", maxLength: 63 },
        order: 8,
        group: "choice",
      },
    },
  },
  streamConfig: null,
  targetConfig: {
    type: "object",
    required: ["table"],
    properties: {
      schema: { type: "string", title: "Schema", default: "public", maxLength: 63, order: 1 },
      table: { type: "string", title: "Table", description: "Made when it is missing.", maxLength: 63, order: 2 },
    },
  },
  syncModes: ["full", "incremental"],
};
