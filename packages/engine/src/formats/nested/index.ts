export { spoolNested } from "./spool-nested.ts";
