import type { Batch, Dataset, Upload } from "@granary/protocol";
import { fetchFromUrl, giveUpUpload, uploadParts } from "../../api/uploads.ts";
import { type Draft, newDraft } from "./draft.ts";
import { begunUpload, rememberFile } from "./remembered-files.ts";
import { sendFile } from "./send-file.ts";

/** A load that was begun from a file. */
export interface Loading {
  readonly dataset: Dataset["id"];
  readonly datasetName: string;
  readonly batch: Batch["id"];
}

/** One file on its way from this browser into a dataset. */
export interface ImportItem {
  readonly key: number;
  readonly fileName: string;
  /** Undefined while nobody knows. */
  readonly bytes: number | undefined;
  readonly state: "sending" | "failed" | "whole" | "loading";
  readonly sent: number;
  /** Bytes a second since sending began; undefined until that can be judged. */
  readonly rate: number | undefined;
  readonly isWaiting: boolean;
  readonly error: unknown;
  readonly upload: Upload | undefined;
  readonly draft: Draft;
  readonly loading: Loading | undefined;
  /** The dataset of a first load that failed: the next try goes there. */
  readonly failedIn: Loading | undefined;
}

interface Source {
  readonly fileName: string;
  readonly bytes?: number;
  readonly begun?: Upload | undefined;
  readonly run: (key: number, signal: AbortSignal) => Promise<Upload>;
}

const LEAST_TO_JUDGE_S = 1;

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason instanceof Error ? signal.reason : new Error("stopped"));
    };
    signal.addEventListener("abort", stop, { once: true });
  });

/** The files that are being imported. They go on being sent while other pages are looked at. */
class ImportQueue {
  #items: readonly ImportItem[] = [];
  #next = 1;
  readonly #listeners = new Set<() => void>();
  readonly #running = new Map<number, AbortController>();
  readonly #sources = new Map<number, Source>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly items = (): readonly ImportItem[] => this.#items;

  /** Sends files; those that were cut off before go on where they ended. Answers the key of the first. */
  addFiles(files: readonly File[], open: readonly Upload[]): number | undefined {
    const keys = files.map((file) => {
      const begun = begunUpload(file, open);
      return this.#add({ fileName: file.name, bytes: file.size, begun, run: (key, signal) => this.#send(key, file, signal) });
    });
    return keys[0];
  }

  addUrl(url: string): number {
    const fileName =
      url
        .replace(/[?#].*$/, "")
        .split("/")
        .at(-1) || url;
    return this.#add({ fileName, run: (_key, signal) => fetchFromUrl(url, signal) });
  }

  /** Goes on with a file that is on the server already. */
  addUpload(upload: Upload): number {
    const known = this.#items.find((item) => item.upload?.id === upload.id);
    return known?.key ?? this.#add({ fileName: upload.fileName, bytes: upload.bytes, run: () => uploadParts.look(upload.id, new AbortController().signal) });
  }

  change(key: number, change: Partial<ImportItem>): void {
    this.#items = this.#items.map((item) => (item.key === key ? { ...item, ...change } : item));
    for (const listener of this.#listeners) listener();
  }

  retry(key: number): void {
    const source = this.#sources.get(key);
    if (source !== undefined) void this.#run(key, source);
  }

  /** Takes a file out; what of it was sent is given up, unless rows are loaded from it. */
  remove(key: number): void {
    const item = this.#items.find((candidate) => candidate.key === key);
    this.#running.get(key)?.abort(new DOMException("The upload was cancelled", "AbortError"));
    this.#sources.delete(key);
    this.#items = this.#items.filter((candidate) => candidate.key !== key);
    for (const listener of this.#listeners) listener();
    const isUsed = item?.loading !== undefined || item?.failedIn !== undefined;
    // Whatever is left on the server expires by itself.
    if (item?.upload !== undefined && !isUsed) giveUpUpload(item.upload.id).catch(() => undefined);
  }

  #add(source: Source): number {
    const key = this.#next;
    this.#next += 1;
    const { fileName, bytes, begun } = source;
    const item: ImportItem = {
      key,
      fileName,
      bytes,
      state: "sending",
      sent: begun?.offset ?? 0,
      rate: undefined,
      isWaiting: false,
      error: undefined,
      upload: begun,
      draft: newDraft(fileName),
      loading: undefined,
      failedIn: undefined,
    };
    this.#sources.set(key, source);
    this.#items = [...this.#items, item];
    void this.#run(key, source);
    return key;
  }

  async #run(key: number, source: Source): Promise<void> {
    const controller = new AbortController();
    this.#running.set(key, controller);
    this.change(key, { state: "sending", error: undefined, rate: undefined });
    try {
      const upload = await source.run(key, controller.signal);
      const whole = await uploadParts.look(upload.id, controller.signal);
      this.change(key, { state: "whole", upload: whole, bytes: whole.bytes, sent: whole.bytes, fileName: whole.fileName });
    } catch (error) {
      if (!controller.signal.aborted) this.change(key, { state: "failed", error });
    } finally {
      this.#running.delete(key);
    }
  }

  #send(key: number, file: File, signal: AbortSignal): Promise<Upload> {
    let [startMs, startOffset] = [Date.now(), 0];
    const rateOf = (sent: number): number | undefined => {
      const seconds = (Date.now() - startMs) / 1_000;
      return seconds < LEAST_TO_JUDGE_S || sent <= startOffset ? undefined : (sent - startOffset) / seconds;
    };
    return sendFile({
      file,
      parts: uploadParts,
      begun: this.#items.find((item) => item.key === key)?.upload,
      onBegun: (upload) => {
        rememberFile(upload.id, file);
        [startMs, startOffset] = [Date.now(), upload.offset];
        this.change(key, { upload, sent: upload.offset });
      },
      onSent: (sent) => this.change(key, { sent, rate: rateOf(sent) }),
      onWaiting: (isWaiting) => this.change(key, { isWaiting }),
      signal,
      pause,
    });
  }
}

export const importQueue = new ImportQueue();
