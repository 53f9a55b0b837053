import { startEmbeddedPostgres } from "@granary/db";

/** Starts the database of a directory and stays, to be killed at any moment. */
await startEmbeddedPostgres({ dataDir: process.argv[2] ?? "", mode: "durable" });
setInterval(() => undefined, 1_000);
