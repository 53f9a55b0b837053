import { type PersonalDataSettings, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { presentSettings } from "../queries/get-settings.ts";
import { getSettingsRow, writeSettings } from "../store.ts";

type Change = { readonly [K in keyof Omit<PersonalDataSettings, "version">]?: PersonalDataSettings[K] | undefined };

/** Changes what the workspace looks for, if it is still at the version the caller read. */
export function updateSettings(ctx: Ctx, version: number, change: Change): Promise<PersonalDataSettings> {
  return ctx.tx(async (ctx) => {
    const before = await getSettingsRow(ctx.db);
    const after = {
      quarantine: change.quarantine ?? before.quarantine,
      driving_licences: change.drivingLicences ?? before.driving_licences,
      phone_region: change.phoneRegion === undefined ? before.phone_region : change.phoneRegion,
    };
    if (before.version !== version || !(await writeSettings(ctx, version, after)))
      throw problem("edit.conflict", { current: presentSettings(await getSettingsRow(ctx.db)) });
    const workspace = await ctx.db.selectFrom("workspaces").select("name").where("id", "=", ctx.workspaceId).executeTakeFirstOrThrow();
    const subject = { id: ctx.workspaceId, label: workspace.name };
    await ctx.record({ type: "workspace.personal_data_settings_changed", subject, data: { before: presentSettings(before), after: { ...change } } });
    return presentSettings(await getSettingsRow(ctx.db));
  });
}
