import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { problem } from "@granary/protocol";

/** One numbered step of the schema's history. */
export interface Migration {
  readonly number: number;
  /** The file's name without its ending. */
  readonly name: string;
  readonly text: string;
  /** SHA-256 of the text in hexadecimal, line ends counted as line feeds. */
  readonly sha256: string;
  /** Why older program versions cannot work with the result, from `-- breaking: reason` in line one. */
  readonly breaking?: string;
}

/** The migrations of this program. */
export const MIGRATIONS_DIRECTORY: string = fileURLToPath(new URL("../migrations/", import.meta.url));

const FILE_NAME = /^(\d{4})_[a-z0-9_]+\.sql$/;
const BREAKING = /^-- breaking: (\S.*)$/;
const TRANSACTION_CONTROL = /^\s*(commit|rollback|start\s+transaction|begin(\s+transaction)?)\s*;/im;

async function readMigration(directory: string, fileName: string): Promise<Migration> {
  const matched = FILE_NAME.exec(fileName);
  if (matched === null) throw problem("database.migration_invalid", { migration: fileName, detail: "its name is not like 0001_what_it_does.sql" });
  const text = (await readFile(`${directory}/${fileName}`, "utf8")).replaceAll("\r\n", "\n");
  const name = fileName.slice(0, -".sql".length);
  if (TRANSACTION_CONTROL.test(text)) {
    throw problem("database.migration_invalid", { migration: name, detail: "it begins or ends a transaction, which the runner does" });
  }
  const breaking = BREAKING.exec(text.split("\n", 1)[0] ?? "")?.[1];
  const sha256 = createHash("sha256").update(text).digest("hex");
  return { number: Number(matched[1]), name, text, sha256, ...(breaking === undefined ? {} : { breaking }) };
}

/** Reads the migrations of a directory in order. Throws `database.migration_invalid` for gaps, twins and odd names. */
export async function readMigrations(directory: string = MIGRATIONS_DIRECTORY): Promise<readonly Migration[]> {
  const names = (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort();
  const migrations = await Promise.all(names.map((name) => readMigration(directory, name)));
  migrations.forEach((migration, index) => {
    if (migration.number !== index + 1) {
      const detail = `it stands where number ${String(index + 1).padStart(4, "0")} has to be`;
      throw problem("database.migration_invalid", { migration: migration.name, detail });
    }
  });
  return migrations;
}
