export { assignFieldIds, type NewField } from "./assign-field-ids.ts";
export { evolveSchema } from "./evolve-schema.ts";
export { isSystemName } from "./names.ts";
export { newSchema, type NewSchemaInput } from "./new-schema.ts";
export { type ParquetSchemaRow, parquetSchemaRow, physicalColumns, type PhysicalField, physicalField } from "./physical-layout.ts";
export type { AddColumn, SchemaChange } from "./schema-change.ts";
