import type { PersonalDataSettings } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { getSettingsRow, type SettingsRow } from "../store.ts";

export function presentSettings({ quarantine, driving_licences, phone_region, version }: SettingsRow): PersonalDataSettings {
  return { quarantine, drivingLicences: driving_licences, phoneRegion: phone_region, version };
}

export async function getSettings(ctx: Ctx): Promise<PersonalDataSettings> {
  return presentSettings(await getSettingsRow(ctx.db));
}
