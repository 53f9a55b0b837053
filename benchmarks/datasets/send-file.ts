import { openAsBlob } from "node:fs";

/** Imports a file and waits for its end, in a process of its own: prints the seconds and what the program answered. */
const [url = "", token = "", path = "", name = ""] = process.argv.slice(2);
const form = new FormData();
form.set("name", name);
form.set("file", await openAsBlob(path), "rows.csv");
const start = performance.now();
const response = await fetch(`${url}/api/v1/datasets?wait=true`, { method: "POST", headers: { authorization: `Bearer ${token}` }, body: form });
const { batch } = (await response.json()) as { readonly batch?: { readonly rows: number; readonly rejected: number } };
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1_000, status: response.status, rows: batch?.rows, rejected: batch?.rejected }));
