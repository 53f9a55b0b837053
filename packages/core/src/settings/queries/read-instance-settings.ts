import type { Reader, Writer } from "@granary/db";
import type { InstanceSettings } from "@granary/protocol";
import type { CoreConfig } from "../../context/index.ts";
import { settingsInForce } from "../rules.ts";
import { findSetting } from "../store.ts";

/** The installation's settings in force; `db` must be a system handle. Sign-in, sign-up and sessions ask here. */
export async function readInstanceSettings(db: Reader | Writer, config: CoreConfig): Promise<InstanceSettings> {
  const row = await findSetting(db, "instance");
  return settingsInForce(config, (row?.value ?? {}) as Partial<InstanceSettings>, row?.version ?? 0);
}
