const BOUNDARY = "granary-test-boundary";

export interface FormFile {
  readonly name: string;
  readonly content: string | Buffer;
}

/** A form with a file as its last part, as browsers and curl send it: body and headers of a request. */
export function multipartForm(
  fields: Readonly<Record<string, string>>,
  file: FormFile,
): { readonly body: Buffer; readonly headers: Readonly<Record<string, string>> } {
  const parts = Object.entries(fields).map(([name, value]) =>
    Buffer.from(`--${BOUNDARY}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`),
  );
  const head = `--${BOUNDARY}\r\ncontent-disposition: form-data; name="file"; filename="${file.name}"\r\ncontent-type: application/octet-stream\r\n\r\n`;
  const body = Buffer.concat([...parts, Buffer.from(head), Buffer.from(file.content), Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
  return { body, headers: { "content-type": `multipart/form-data; boundary=${BOUNDARY}` } };
}
