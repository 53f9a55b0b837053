import { useState } from "react";

/** The instant at which a component appeared: for what is decided once, such as a greeting or whether a lock still holds. */
export function useShownAt(): number {
  return useState(() => Date.now())[0];
}
