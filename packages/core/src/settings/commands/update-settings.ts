import { type InstanceSettings, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { readInstanceSettings } from "../queries/read-instance-settings.ts";
import { findSetting, storeSetting } from "../store.ts";

type Stored = Partial<Omit<InstanceSettings, "version">>;

export type SettingsChange = { readonly [K in keyof Stored]: Stored[K] | undefined };

/** Changes the installation's settings, if they are still at the version the caller read. */
export function updateSettings(ctx: Ctx, version: number, change: SettingsChange): Promise<InstanceSettings> {
  return ctx.system.tx(async (ctx) => {
    const { config } = ctx.services;
    const before = await readInstanceSettings(ctx.db, config);
    const stored = (await findSetting(ctx.db, "instance"))?.value as Stored | undefined;
    const asked = Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined));
    const isCurrent =
      before.version === version && (await storeSetting(ctx.db, "instance", version, { value: { ...stored, ...asked }, by: ctx.principal.name, now: ctx.now }));
    const after = await readInstanceSettings(ctx.db, config);
    if (!isCurrent) throw problem("edit.conflict", { current: after });
    const names = Object.keys(asked) as (keyof Stored)[];
    await ctx.record({
      type: "settings.updated",
      workspaceId: null,
      subject: { id: "instance", label: "settings" },
      data: { before: pick(before, names), after: pick(after, names) },
    });
    return after;
  });
}

function pick(settings: InstanceSettings, names: readonly (keyof Stored)[]): Record<string, unknown> {
  return Object.fromEntries(names.map((name) => [name, settings[name]]));
}
