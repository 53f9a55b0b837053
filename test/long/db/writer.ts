import { writeSync } from "node:fs";
import { connectOwner, startEmbeddedPostgres } from "@granary/db";

/** Starts the database of a directory and inserts from several connections until it is killed; prints a line for every acknowledged row. */
const [dataDir = "", round = "0"] = process.argv.slice(2);
const WRITERS = 8;

const server = await startEmbeddedPostgres({ dataDir, mode: "durable" });
{
  await using client = await connectOwner(server.connection, "writer");
  await client.query("create table if not exists rows (round integer, writer integer, number integer, primary key (round, writer, number))");
}
writeSync(1, `${server.adopted ? "adopted" : "started"}\n`);

async function write(writer: number): Promise<void> {
  await using client = await connectOwner(server.connection, "writer");
  for (let number = 0; ; number += 1) {
    await client.query("insert into rows values ($1, $2, $3)", [round, writer, number]);
    writeSync(1, `${round} ${writer} ${number}\n`);
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
