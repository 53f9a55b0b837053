export { type ColumnEvidence, findEvidence } from "./find-evidence.ts";
export { proposeReadings } from "./propose-readings.ts";
export { type ColumnReading, readColumns } from "./read-columns.ts";
export { fitsReading, formatShape, type NumberStyle, type Reading, readText, TEXT_READING } from "./reading.ts";
