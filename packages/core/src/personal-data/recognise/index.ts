export { columnRecogniser, type Evidence, type Finding } from "./recognise-column.ts";
