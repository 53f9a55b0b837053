import type { Method } from "@granary/protocol";

/** How a route's bodies travel: JSON both ways, a file up (as form data or bare), or a stream down. */
export type RouteKind = "json" | "multipart" | "bytes" | "download";

/** What a caller must know of a route at run time: method, path below `/api/v1`, kind. */
export type RouteEntry = readonly [method: Method, path: string, kind: RouteKind];
