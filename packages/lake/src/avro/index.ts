export { decodeAvroFile } from "./decode.ts";
export { encodeAvroFile } from "./encode.ts";
export type { AvroField, AvroRecord, AvroSchema, AvroValue } from "./schema.ts";
