import type { Reader, Writer } from "@granary/db";
import { sql } from "kysely";

type Db = Reader | Writer;

/** How long an upload that nothing is sent to, or a whole one that nothing was made of, is kept. */
export const KEPT_DAYS = 7;

/** An upload of one person, whole or on its way. */
export interface UploadRow {
  readonly id: string;
  readonly file_name: string;
  readonly bytes: number;
  readonly received: number;
  readonly status: "receiving" | "complete" | "refused";
  /** Of a whole one what it has, before that what the sender announced. */
  readonly sha256: string | null;
  readonly created_at: Date;
  /** Null once rows were loaded from it: then it is kept with them. */
  readonly expires_at: Date | null;
}

interface Choice {
  readonly id?: string;
  readonly after?: string | undefined;
  readonly limit: number;
}

/** A person's uploads, newest first; a list leaves out what datasets were made of. */
export async function selectUploads(db: Db, personId: string, { id, after, limit }: Choice): Promise<readonly UploadRow[]> {
  const chosen = id === undefined ? sql`${after ?? null}::text is null or id < ${after ?? null}` : sql`id = ${id}`;
  const loaded = sql`(exists (select from batches b where b.upload_id = uploads.id) or exists (select from change_revisions r where r.upload_id = uploads.id))`;
  const { rows } = await sql<UploadRow>`
    select * from (
      select id, file_name, bytes, received, case when refused then 'refused' else 'receiving' end as status, sha256, created_at, expires_at
      from incoming_uploads where person_id = ${personId} and (${chosen})
      union all
      select id, file_name, bytes, bytes, 'complete', sha256, created_at,
        case when ${loaded} then null else created_at + make_interval(days => ${KEPT_DAYS}) end
      from uploads where uploaded_by = ${personId} and (${chosen}) and (${id !== undefined} or not ${loaded})
    ) mine order by id desc limit ${limit}`.execute(db);
  return rows;
}

/** Takes hold of an upload on its way until the transaction ends; undefined when it is whole, gone, or another person's. */
export function lockIncoming(db: Writer, personId: string, id: string) {
  return db.selectFrom("incoming_uploads").selectAll().where("id", "=", id).where("person_id", "=", personId).forUpdate().executeTakeFirst();
}
