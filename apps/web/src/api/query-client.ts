import { isApiError } from "@granary/client";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";

type Listener = () => void;
const listeners = new Set<Listener>();

/** Hears when the server said that nobody is signed in (any more). */
export function onSessionLost(listener: Listener): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function noticeLostSession(error: unknown): void {
  if (isApiError(error, "auth.required")) for (const listener of listeners) listener();
}

const MAX_REPEATS = 2;

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: noticeLostSession }),
  mutationCache: new MutationCache({ onError: noticeLostSession }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      refetchOnWindowFocus: true,
      retry: (count, error) => count < MAX_REPEATS && isApiError(error) && error.retry === "later" && error.status !== 429,
    },
    mutations: { retry: false },
  },
});
