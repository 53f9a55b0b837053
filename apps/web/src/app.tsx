import { MantineProvider } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { onSessionLost, queryClient } from "./api/query-client.ts";
import { Toasts } from "./kit/toast.tsx";
import { router } from "./router.tsx";
import { useColorScheme } from "./theme/look.ts";
import { cssVariablesResolver, theme } from "./theme/theme.ts";

/** Leaves for the sign-in page when the server no longer knows the session, and comes back to the same place after. */
function leaveToSignIn(): void {
  const { pathname, href } = router.state.location;
  if (!pathname.startsWith("/w/")) return;
  void router.navigate({ to: "/sign-in", search: { return: href, reason: "expired" } });
}

/** The whole application. */
export function App() {
  const scheme = useColorScheme();
  useEffect(() => onSessionLost(leaveToSignIn), []);
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} forceColorScheme={scheme}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
        <Toasts />
      </QueryClientProvider>
    </MantineProvider>
  );
}
