export { getTransformation, listLibrary, listTransformations, listVersions } from "./read-transformations.ts";
export { createTransformation, deleteTransformation, updateTransformation } from "./save-transformation.ts";
export { tryTransformation } from "./try-transformation.ts";
