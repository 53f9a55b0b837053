import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { type Client, uploadFile } from "@granary/client";
import type { Batch, Dataset, Upload } from "@granary/protocol";
import { CliError } from "../exit-codes.ts";
import { barText, type Progress } from "../output/index.ts";
import { readPages } from "./list-options.ts";
import { openFile } from "./open-file.ts";

const LOOK_AGAIN_MS = 500;

async function sha256Of(path: string, progress: Progress): Promise<string> {
  progress.show("Reading the file");
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

/** An upload of the very same bytes that was begun before, if its sender finds one. */
async function findBegun(client: Client, bytes: number, sha256: string): Promise<Upload | undefined> {
  const { items } = await readPages<Upload>({ limit: 0, all: true }, (query) => client.call("uploads.list", { query }));
  return items.find((upload) => upload.bytes === bytes && upload.sha256 === sha256 && upload.status !== "refused");
}

/** Sends a file in parts. What an earlier command sent of the same bytes is not sent again. */
export async function sendFile(client: Client, path: string, progress: Progress): Promise<Upload> {
  const { file, fileName } = await openFile(path);
  const sha256 = await sha256Of(path, progress);
  const resume = (await findBegun(client, file.size, sha256))?.id;
  const started = performance.now();
  let first: number | undefined;
  return uploadFile(client, {
    file,
    fileName,
    sha256,
    resume,
    onBegun: ({ offset }) => {
      first = offset;
    },
    onProgress: ({ sent, total }) => {
      const seconds = (performance.now() - started) / 1_000;
      progress.show(barText(sent, total ?? file.size, first === 0 ? seconds : 0));
    },
  });
}

/** Follows a load to its end; one that failed is thrown with all that is known of why. */
export async function awaitLoad(client: Client, dataset: Dataset["id"], begun: Batch, progress: Progress): Promise<Batch> {
  let batch = begun;
  while (batch.status === "importing") {
    progress.show("Loading the rows");
    await delay(LOOK_AGAIN_MS);
    batch = await client.call("datasets.batch", { params: { dataset, batch: batch.id } });
  }
  if (batch.status !== "failed") return batch;
  const { message = "no reason was given", issues = [] } = batch.error ?? {};
  const details = issues.map((issue) => (issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`));
  throw new CliError("failure", `${batch.fileName} could not be loaded: ${[message, ...details].join(" ")} (dataset ${dataset})`);
}
