import type { Download } from "@granary/client";

/** Hands a download to the browser under its name. The workspace travels in a header, which a plain link could not send. */
export async function saveFile(download: Download, fallbackName: string): Promise<void> {
  const blob = await new Response(download.stream, { headers: { "content-type": download.contentType ?? "application/octet-stream" } }).blob();
  const address = URL.createObjectURL(blob);
  const link = document.createElement("a");
  link.href = address;
  link.download = download.fileName ?? fallbackName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
