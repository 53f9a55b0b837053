export { decodeStream, StrictDecoder, tryDecode } from "./decode.ts";
export { detectEncoding, type EncodingFinding } from "./detect-encoding.ts";
export { byteOrderMark, type Encoding, ENCODINGS, isUnicode } from "./encodings.ts";
