import { isAppError } from "@granary/kernel";
import { type CheckStep, type ConfigValues, type ConnectionCheck, type ConnectorKind, problem } from "@granary/protocol";
import type { Ctx } from "../../context/index.ts";
import { keepChangedSecrets } from "../outside/open-connection.ts";
import { reach } from "../outside/reach.ts";
import { requireConnection } from "../queries/read-connections.ts";
import { requireSameSecretHosts } from "../same-hosts.ts";
import { fullSettings, openSecrets, prepareSettings } from "../settings.ts";
import { keepCheck } from "../store.ts";

const TIMEOUT_MS = 45_000;

function presentCheck(ctx: Ctx, steps: readonly CheckStep[]): ConnectionCheck {
  return {
    ok: steps.every(({ state }) => state === "passed" || state === "warned"),
    at: ctx.services.clock.now().toISOString(),
    steps: [...steps],
    advice: steps.flatMap(({ state, message }) => (state === "warned" ? [message] : [])),
  };
}

/** Tries settings; what the other side does wrong is a result, not an error. */
async function tryOut(ctx: Ctx, kind: ConnectorKind, config: ConfigValues, saveConfig: (config: ConfigValues) => Promise<void>): Promise<ConnectionCheck> {
  const settings: CheckStep = { name: "settings", state: "passed", message: "The settings are complete.", ms: 0 };
  try {
    const steps = await reach(ctx, { kind, config, timeoutMs: TIMEOUT_MS, saveConfig }, (connector, context) => connector.check(context));
    return presentCheck(ctx, [settings, ...steps]);
  } catch (error) {
    if (!isAppError(error)) throw error;
    return presentCheck(ctx, [settings, { name: "network", state: "failed", message: error.message, ms: TIMEOUT_MS }]);
  }
}

/** Tests settings that are not kept; secrets that are not sent anew are those of a connection, if the caller may change it. */
export async function tryOutSettings(
  ctx: Ctx,
  input: { readonly kind: ConnectorKind; readonly config: ConfigValues; readonly connection?: string | undefined },
): Promise<ConnectionCheck> {
  const row = input.connection === undefined ? undefined : await requireConnection(ctx, input.connection);
  if (row !== undefined && row.kind !== input.kind) throw problem("connection.not_found");
  const { full } = prepareSettings(input.kind, input.config, row === undefined ? {} : openSecrets(ctx, row));
  if (row !== undefined) requireSameSecretHosts(ctx, row, input.config);
  return tryOut(ctx, input.kind, full, async () => undefined);
}

/** Tests a connection and keeps what was found. */
export async function testConnection(ctx: Ctx, idOrName: string): Promise<ConnectionCheck> {
  const row = await requireConnection(ctx, idOrName);
  const check = await tryOut(ctx, row.kind as ConnectorKind, fullSettings(ctx, row), (config) => keepChangedSecrets(ctx, row.id, config));
  return ctx.tx(async (ctx) => {
    await keepCheck(ctx.db, row.id, check);
    const failed = check.steps.find(({ state }) => state === "failed");
    await ctx.record({ type: "connection.tested", subject: { id: row.id, label: row.name }, data: { ok: check.ok, failed: failed?.name ?? null } });
    return check;
  });
}
