import { isApiError } from "@granary/client";
import { lazy, Suspense } from "react";
import { FailedPage } from "../../kit/error-view.tsx";

const NotSharedPage = lazy(() => import("./not-shared-page.tsx"));

/** What a page shows instead of itself; a dataset that is not shared, but may be asked for, offers to ask. */
export function PageFailed({ error, onRetry }: { readonly error: unknown; readonly onRetry: () => void }) {
  if (!isApiError(error, "dataset.not_shared")) return <FailedPage error={error} onRetry={onRetry} />;
  return (
    <Suspense>
      <NotSharedPage error={error} />
    </Suspense>
  );
}
