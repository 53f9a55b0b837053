import { get } from "node:http";

/** Takes a download and throws it away, in a process of its own: prints seconds to the first byte and to the last, and the bytes. */
const [url = "", token = ""] = process.argv.slice(2);
const start = performance.now();
const since = (): number => (performance.now() - start) / 1000;
get(url, { headers: { authorization: `Bearer ${token}` } }, (response) => {
  if (response.statusCode !== 200) throw new Error(`${url}: ${response.statusCode}`);
  let bytes = 0;
  let firstByte = 0;
  response.on("data", (chunk: Buffer) => {
    if (bytes === 0) firstByte = since();
    bytes += chunk.length;
  });
  response.on("end", () => console.log(JSON.stringify({ seconds: since(), firstByte, bytes })));
});
