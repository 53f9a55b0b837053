import { hkdfSync } from "node:crypto";
import type { MaskKind } from "@granary/protocol";

const KEY_BYTES = 32;
/** 22 characters: with them a text of up to 33 bytes is one block of SHA-256, which is what keyed masks cost. */
const SECRET_BYTES = 16;

/** The key of one workspace's masks. What leaks of it says nothing about the installation's key or another workspace. */
export function workspaceMaskKey(maskKey: Buffer, workspaceId: string): Buffer {
  return Buffer.from(hkdfSync("sha256", maskKey, workspaceId, "granary masks", KEY_BYTES));
}

/** What values are hashed with: of one kind of mask and one scope, so that a token never tells a hash. It stands in statements. */
export function maskSecret(key: Buffer, kind: MaskKind, scope: string): string {
  return Buffer.from(hkdfSync("sha256", key, scope, `granary mask ${kind}`, SECRET_BYTES)).toString("base64url");
}
