export { type ColumnType, findMisfits, type Misfit, proveTypes } from "./prove-types.ts";
export { fitsType, textToType } from "./text-types.ts";
