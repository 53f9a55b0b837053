import type { EngineSession } from "../process/session.ts";
import type { Relation } from "../sql/index.ts";
import type { ColumnProfile, ProfiledColumn, ProfileOptions } from "./column-profile.ts";
import { detailQuery, readDetails } from "./detail-query.ts";
import { profileQuery, profileShape, readProfile } from "./profile-query.ts";

/** Statements stay small enough to be planned quickly, and their sketches to fit the memory, however many columns there are. */
const COLUMNS_PER_QUERY = 25;

/**
 * The profile of each column, in their order, by two passes per 25 columns. Memory does not grow with the rows.
 * The relation and the columns' expressions decide what is seen: give masked values of the rows the reader may see.
 */
export async function profileRelation(
  session: EngineSession,
  from: Relation,
  columns: readonly ProfiledColumn[],
  options: ProfileOptions = {},
): Promise<readonly ColumnProfile[]> {
  const shape = profileShape(options);
  const profiles: ColumnProfile[] = [];
  for (let at = 0; at < columns.length; at += COLUMNS_PER_QUERY) {
    const batch = columns.slice(at, at + COLUMNS_PER_QUERY);
    const first = await session.run({ kind: "query", query: profileQuery(from, batch, shape) });
    const drafts = readProfile(batch, first.rows[0] ?? [], shape);
    const second = await session.run({ kind: "query", query: detailQuery(from, batch, drafts) });
    profiles.push(...readDetails(drafts, second.rows[0] ?? []));
  }
  return profiles;
}
