import { CONNECTORS } from "@granary/connectors";
import type { ConnectorSpec } from "@granary/protocol";

/** Every kind of system that can be connected. */
export function listKinds(): { items: ConnectorSpec[] } {
  return { items: Object.values(CONNECTORS).map(({ spec }) => spec) };
}
