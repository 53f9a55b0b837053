import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmbeddedPostgres } from "../embedded/index.ts";
import { migrate } from "../migrate/index.ts";
import { connectOwner } from "../owner-client.ts";
import { dumpSchema } from "./dump-schema.ts";
import { tableTypes } from "./table-types.ts";

/** The texts that are committed beside the migrations. */
export interface GeneratedSchema {
  /** schema.sql */
  readonly schema: string;
  /** tables.gen.ts */
  readonly tables: string;
}

/** Migrates an empty database of a server that lives for this call, and describes the result. */
export async function generateSchema(): Promise<GeneratedSchema> {
  const dataDir = await mkdtemp(join(tmpdir(), "granary-schema-"));
  await using server = await startEmbeddedPostgres({ dataDir, mode: "test", stopWithParent: true, deleteOnStop: true });
  await migrate(server.connection);
  await using client = await connectOwner(server.connection, "granary generate");
  return { schema: await dumpSchema(client), tables: await tableTypes(client) };
}
