export { decodeStream, tryDecode } from "./decode.ts";
export { detectEncoding, type EncodingFinding } from "./detect-encoding.ts";
export { type Encoding, ENCODINGS } from "./encodings.ts";
