/** For each workspace package, the packages it may import; everything else of ours is refused by the linter. */
export const LAYERS = {
  kernel: [],
  protocol: ["kernel"],
  client: ["protocol", "kernel"],
  graph: ["protocol", "kernel"],
  db: ["protocol", "kernel"],
  engine: ["protocol", "kernel"],
  lake: ["db", "engine", "protocol", "kernel"],
  jobs: ["lake", "db", "engine", "protocol", "kernel"],
  connectors: ["engine", "protocol", "kernel"],
  core: ["connectors", "jobs", "lake", "db", "engine", "graph", "protocol", "kernel"],
  server: ["core", "connectors", "jobs", "lake", "db", "engine", "graph", "protocol", "kernel"],
  web: ["client", "graph", "protocol"],
  cli: ["client", "graph", "protocol"],
  testkit: ["server", "core", "connectors", "jobs", "lake", "db", "engine", "graph", "client", "protocol", "kernel"],
} as const satisfies Record<string, readonly string[]>;

export type Layer = keyof typeof LAYERS;

/** Where each layer's sources live, relative to the checkout. */
export const LAYER_FOLDERS = {
  kernel: "packages/kernel",
  protocol: "packages/protocol",
  client: "packages/client",
  graph: "packages/graph",
  db: "packages/db",
  engine: "packages/engine",
  lake: "packages/lake",
  jobs: "packages/jobs",
  connectors: "packages/connectors",
  core: "packages/core",
  server: "apps/server",
  web: "apps/web",
  cli: "apps/cli",
  testkit: "packages/testkit",
} as const satisfies Record<Layer, string>;

/** What a refused import should become, in the words the linter prints. */
export const ADVICE = {
  kernel: "kernel is the ground floor: it imports nothing of ours. Move the code up, or pass the value in.",
  protocol: "protocol is the contract: schemas, routes, errors and names, no I/O. It may import kernel only.",
  client: "client derives from protocol and runs anywhere: it may import protocol and kernel only.",
  graph: "graph is the language of pipelines, pure and the same in browser and server: it may import protocol and kernel only.",
  db: "db knows PostgreSQL, not the product: it may import protocol and kernel. Move the rule into core and call db from there.",
  engine: "engine knows DuckDB and files, not users or storage of tables: it may import protocol and kernel. Move the caller up into lake or core.",
  lake: "lake knows versioned tables, not users or jobs: it may import db, engine, protocol and kernel. Move the rule into core.",
  jobs: "jobs runs handlers it is given: it may import lake, db, engine, protocol and kernel. Register the handler from core instead.",
  connectors: "connectors know other systems, not the product: they may import engine, protocol and kernel. Move the rule into core.",
  core: "core is the product and knows no HTTP: it may import connectors, jobs, lake, db, engine, graph, protocol and kernel. Return a value or throw problem(...); the route answers.",
  server: "server is the composition root: it may import core and below, never web, cli, client or testkit (testkit is allowed in tests).",
  web: "web sees protocol, graph and client alone. Ask the server through @granary/client, or put the shared shape into @granary/protocol.",
  cli: "cli sees protocol, graph and client alone. Ask the server through @granary/client, or put the shared shape into @granary/protocol.",
  testkit: "testkit is above everything and is imported by tests only.",
} as const satisfies Record<Layer, string>;
