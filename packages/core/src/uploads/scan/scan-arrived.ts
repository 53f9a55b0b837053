import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";
import { type Ctx, recordEvent, type TxCtx } from "../../context/index.ts";

/** A file that is whole, before anybody may use it. */
export interface ArrivedFile {
  readonly id: string;
  readonly path: string;
  readonly fileName: string;
  readonly bytes: number;
}

/**
 * Has the configured scanner look at a file; without one, nothing is looked at. Nothing is let through unscanned: throws
 * `upload.infected`, `upload.scan_too_large`, or `upload.scan_failed` when another try may help. The caller removes the bytes.
 */
export async function scanArrived(ctx: Ctx | TxCtx, file: ArrivedFile): Promise<void> {
  const { scanner } = ctx.services;
  if (scanner === undefined) return;
  const { fileName: name, bytes } = file;
  const verdict = await scanner.scan(file.path, ctx.signal);
  if (verdict.kind === "clean") return;
  if (verdict.kind === "infected") throw problem("upload.infected", { name, signature: verdict.signature, bytes, upload: file.id });
  if (verdict.kind === "too_large") throw problem("upload.scan_too_large", { name, bytes });
  ctx.log.error({ reason: verdict.reason, upload: file.id }, "the virus scanner did not scan a file");
  throw problem("upload.scan_failed", { name });
}

/** Records what was found in a file, in a transaction of its own: the change the file was for does not come about. */
export async function recordingInfected<T>({ services, principal, request, workspaceId }: Ctx, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isAppError(error, "upload.infected")) throw error;
    const { name, signature, bytes, upload } = error.params;
    const subject = { id: String(upload), label: String(name) };
    await services.database.tx({ workspaceId }, (tx) =>
      recordEvent(tx, { principal, request, now: services.clock.now() }, { type: "upload.infected", result: "denied", subject, data: { signature, bytes } }),
    );
    throw error;
  }
}
