export { parseDocument } from "./parse-document.ts";
export { printDocument } from "./print-document.ts";
