export type { AvroCodec } from "./codecs.ts";
export { type AvroFile, type DecodedRecord, type DecodedValue, decodeAvroFile, LazyAvro } from "./decode.ts";
export { type AvroSource, encodeAvroFile } from "./encode.ts";
export type { AvroField, AvroRecord, AvroSchema, AvroValue } from "./schema.ts";
