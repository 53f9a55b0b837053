export { fieldsAsPython, fieldsAsSql } from "./field-code.ts";
export { type FieldSuggestion, suggestFields } from "./suggest-fields.ts";
