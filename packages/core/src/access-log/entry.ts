import { type Id, newId } from "@granary/kernel";
import type { AccessAction } from "@granary/protocol";
import type { Principal, RequestInfo } from "../context/index.ts";

/** A column that was shown or asked about. */
export interface SeenColumn {
  readonly fieldId: number;
  readonly name: string;
  readonly isMasked: boolean;
}

/** What somebody did, or tried to do, with data. It never holds values. */
export interface Access {
  readonly action: AccessAction;
  readonly dataset?: { readonly id: string; readonly name: string };
  readonly version?: number;
  /** What lasts has an entry at its begin and one with the counts at its end. */
  readonly stage?: "begin" | "end" | undefined;
  readonly columns?: readonly SeenColumn[];
  /** Whether a policy kept rows back. */
  readonly isFiltered?: boolean;
  /** Null where nobody counted. */
  readonly rows?: number | null;
  readonly decision?: "denied";
  readonly policyIds?: readonly string[];
  /** Why it was denied, or failed. */
  readonly reason?: string | undefined;
}

/** Who did it, and where from. */
export interface AccessOrigin {
  readonly principal: Principal;
  readonly request: RequestInfo;
  readonly now: Date;
}

/** A row of `access_log` as JSON: what is left out is null. */
export interface AccessRow {
  readonly id: Id<"accessEntry">;
  readonly workspace_id: string;
  readonly [column: string]: unknown;
}

/** JSON in the database takes neither NUL nor halves of characters, which callers can send. */
const storable = (text: string | null | undefined): string | undefined => text?.replaceAll("\0", "").toWellFormed();

/** The row that tells of an access in a workspace. */
export function toAccessRow({ principal: seenBy, request, now }: AccessOrigin, workspaceId: string, access: Access): AccessRow {
  const principal = seenBy.viewedBy ?? seenBy;
  const { columns = [] } = access;
  return {
    id: newId("accessEntry", now.getTime()),
    workspace_id: workspaceId,
    at: now.toISOString(),
    principal_kind: principal.kind,
    principal_id: principal.kind === "api_key" ? principal.apiKeyId : principal.userId,
    principal_label: principal.name,
    person_id: principal.userId,
    viewed_as: seenBy.viewedBy === undefined ? undefined : seenBy.userId,
    dataset_id: access.dataset?.id,
    dataset_name: access.dataset?.name,
    version: access.version,
    action: access.action,
    stage: access.stage ?? "whole",
    field_ids: columns.map((column) => column.fieldId),
    column_names: columns.map((column) => column.name),
    masked_ids: columns.filter((column) => column.isMasked).map((column) => column.fieldId),
    filtered: access.isFiltered ?? false,
    row_count: access.rows,
    purpose: request.purpose,
    ip: request.ip,
    user_agent: storable(request.userAgent),
    request_id: request.id,
    decision: access.decision ?? "allowed",
    policy_ids: access.policyIds ?? [],
    reason: storable(access.reason),
  };
}
