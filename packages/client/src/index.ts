export { ApiError, type ApiIssue, isApiError, type TransportCode } from "./api-error.ts";
export { WORKSPACE_HEADER } from "./build-request.ts";
export { type CallOptions, type CallRequest, type Client, type ClientOptions, createClient, type Download, type UploadRequestOf } from "./create-client.ts";
export { type FileUpload, uploadFile } from "./upload-file.ts";
export type { UploadContent, UploadProgress } from "./upload.ts";
