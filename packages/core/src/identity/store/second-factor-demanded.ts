import { sql } from "kysely";

/**
 * Whether an instance setting demands a second factor of the person `u`: through a role in any workspace, directly or by a
 * group. Instance administrators count as holders of `admin`. An SQL condition, so that it costs no round trip of its own.
 */
export const SECOND_FACTOR_DEMANDED = `exists (
  select from instance_settings sf, jsonb_array_elements_text(sf.value -> 'secondFactorRoles') demanded(role)
  where sf.key = 'instance' and (
    (u.instance_admin and demanded.role = 'admin')
    or exists (select from memberships dm where dm.user_id = u.id and demanded.role = any (dm.roles))
    or exists (select from group_members dgm join groups dg on dg.id = dgm.group_id where dgm.user_id = u.id and demanded.role = any (dg.roles))))`;

export const secondFactorDemanded = sql.raw<boolean>(SECOND_FACTOR_DEMANDED);
