export { maintainTables } from "./maintain-tables.ts";
