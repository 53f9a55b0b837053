export { dumpSchema } from "./dump-schema.ts";
export { type GeneratedSchema, generateSchema } from "./generate-schema.ts";
