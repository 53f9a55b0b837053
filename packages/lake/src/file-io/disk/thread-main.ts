import { parentPort } from "node:worker_threads";
import { type SmallFile, storeSmallFiles } from "./store-small-files.ts";

parentPort?.on("message", (files: readonly SmallFile[]) => parentPort?.postMessage(storeSmallFiles(files)));
