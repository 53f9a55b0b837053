/** An Avro schema as far as Iceberg uses it (Avro 1.11, with Iceberg's `field-id`, `element-id` and map logical type). */
export type AvroSchema = AvroPrimitive | AvroRecord | AvroArray | AvroMap | AvroFixed | AvroEnum | AvroTypeName | readonly AvroSchema[] | AvroAnnotated;

export type AvroPrimitive = "null" | "boolean" | "int" | "long" | "float" | "double" | "bytes" | "string";

/** A record, fixed or enumeration defined further up. */
export type AvroTypeName = string;

export interface AvroField {
  readonly name: string;
  readonly type: AvroSchema;
  readonly "field-id"?: number;
  readonly default?: null;
  readonly doc?: string;
}

export interface AvroRecord {
  readonly type: "record";
  readonly name: string;
  readonly fields: readonly AvroField[];
}

export interface AvroArray {
  readonly type: "array";
  readonly items: AvroSchema;
  readonly "element-id"?: number;
  /** `map` on an array of key and value records: how Iceberg writes maps whose keys are not texts. */
  readonly logicalType?: string;
}

export interface AvroMap {
  readonly type: "map";
  readonly values: AvroSchema;
}

export interface AvroFixed {
  readonly type: "fixed";
  readonly name: string;
  readonly size: number;
  readonly logicalType?: string;
  readonly precision?: number;
  readonly scale?: number;
}

export interface AvroEnum {
  readonly type: "enum";
  readonly name: string;
  readonly symbols: readonly string[];
}

/** A primitive with a logical type, such as `{"type": "int", "logicalType": "date"}`. */
export interface AvroAnnotated {
  readonly type: AvroPrimitive;
  readonly logicalType?: string;
  /** Iceberg's mark of a timestamp that is an instant. */
  readonly "adjust-to-utc"?: boolean;
  readonly precision?: number;
  readonly scale?: number;
}

export type AvroValue = null | boolean | number | bigint | string | Uint8Array | readonly AvroValue[] | { readonly [name: string]: AvroValue };
