export { useCrumb } from "./crumb.ts";
export { useSlug } from "./place.ts";
