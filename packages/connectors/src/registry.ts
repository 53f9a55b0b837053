import type { ConnectorKind } from "@granary/protocol";
import type { Connector } from "./connector.ts";
import { folder } from "./folder/index.ts";
import { http } from "./http/index.ts";
import { mysql } from "./mysql/index.ts";
import { postgresql } from "./postgresql/index.ts";
import { rest } from "./rest/index.ts";
import { s3 } from "./s3/index.ts";
import { sftp } from "./sftp/index.ts";

/** Every connector by its kind. */
export const CONNECTORS: Readonly<Record<ConnectorKind, Connector>> = { postgresql, mysql, s3, sftp, http, rest, folder };
