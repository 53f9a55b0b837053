export { LineQueue } from "./line-queue.ts";
export { chunkPath, type Piece, writeChunks } from "./write-chunks.ts";
