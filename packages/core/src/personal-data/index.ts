export { columnRecogniser } from "./recognise/index.ts";
