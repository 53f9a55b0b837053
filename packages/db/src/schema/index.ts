export { dumpSchema } from "./dump-schema.ts";
export { generateSchema } from "./generate-schema.ts";
