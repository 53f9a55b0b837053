export { checkMask } from "./check-mask.ts";
export { workspaceMaskKey } from "./keys.ts";
export { maskExpression, type MaskInput } from "./mask-expression.ts";
export { stricter, strictest } from "./strictness.ts";
