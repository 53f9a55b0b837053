import type { Operation } from "../../api/reference.ts";

/** The part of the address that names an operation. */
export const anchorOf = (operation: Operation): string => operation.operationId.replaceAll(".", "-");
