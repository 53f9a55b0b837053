export { beginUpload, type NewUpload } from "./begin-upload.ts";
export { deleteUpload } from "./delete-upload.ts";
export { getUpload, listUploads } from "./get-upload.ts";
export { inspectUpload } from "./inspect-upload.ts";
export { receivePart } from "./receive-part.ts";
export { discardUpload, receiveUpload, type ReceivedUpload } from "./receive-upload.ts";
export { sweepUploads } from "./sweep-uploads.ts";
export { takeUpload } from "./take-upload.ts";
export { uploadPath } from "./upload-files.ts";
