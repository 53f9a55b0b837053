import type { ConfigValues } from "@granary/protocol";
import { type Description, isNode, type Node } from "./parse-description.ts";

function oauth(flows: unknown): ConfigValues | undefined {
  const flow = isNode(flows) && isNode(flows.clientCredentials) ? flows.clientCredentials : undefined;
  if (flow === undefined || typeof flow.tokenUrl !== "string") return undefined;
  const scopes = isNode(flow.scopes) ? Object.keys(flow.scopes).join(" ") : "";
  return { kind: "oauth_client", tokenUrl: flow.tokenUrl, ...(scopes === "" ? {} : { scope: scopes }) };
}

function authOf(scheme: Node): ConfigValues | undefined {
  if (scheme.type === "apiKey" && (scheme.in === "header" || scheme.in === "query")) return { kind: "key", name: String(scheme.name), place: scheme.in };
  if (scheme.type === "http" && scheme.scheme === "basic") return { kind: "basic" };
  if (scheme.type === "http" && scheme.scheme === "bearer") return { kind: "bearer" };
  return scheme.type === "oauth2" ? oauth(scheme.flows) : undefined;
}

/** How one signs in, by the first way that a connection can go. */
export function readSecurity(description: Description): ConfigValues {
  const components = description.at(description.root.components);
  const schemes = isNode(components?.securitySchemes) ? components.securitySchemes : {};
  const wanted = Array.isArray(description.root.security)
    ? (description.root.security as readonly unknown[]).flatMap((one) => (isNode(one) ? Object.keys(one) : []))
    : [];
  for (const name of [...wanted, ...Object.keys(schemes)]) {
    const scheme = description.at(schemes[name]);
    const auth = scheme === undefined ? undefined : authOf(scheme);
    if (auth !== undefined) return auth;
  }
  return { kind: "none" };
}
