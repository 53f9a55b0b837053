import { lazy } from "react";

/** The canvas to look at; its code comes when it is shown. Stands within a `Suspense`. */
export const GraphView = lazy(() => import("./graph-view.tsx"));
