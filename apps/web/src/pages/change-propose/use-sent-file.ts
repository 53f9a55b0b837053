import { uploadFile } from "@granary/client";
import type { Upload } from "@granary/protocol";
import { useEffect, useRef, useState } from "react";
import { uploads } from "../../api/client.ts";
import { giveUpUpload } from "../../api/uploads.ts";

/** A file on its way to the server. */
export interface SentFile {
  readonly file: File;
  readonly sent: number;
  /** There as a whole. */
  readonly upload: Upload | undefined;
  readonly error: unknown;
}

/** Sends one file with progress; another one, or leaving, gives up what was not proposed. */
export function useSentFile() {
  const [sent, setSent] = useState<SentFile>();
  const running = useRef<AbortController>(undefined);
  const begun = useRef<Upload["id"]>(undefined);
  const giveUp = () => {
    running.current?.abort(new DOMException("Another file was chosen", "AbortError"));
    // What is left on the server expires by itself.
    if (begun.current !== undefined) giveUpUpload(begun.current).catch(() => undefined);
    begun.current = undefined;
  };
  useEffect(() => () => running.current?.abort(new DOMException("The page was left", "AbortError")), []);
  const send = async (file: File) => {
    giveUp();
    const controller = new AbortController();
    running.current = controller;
    const change = (part: Partial<SentFile>) => {
      if (running.current === controller) setSent((before) => ({ file, sent: before?.sent ?? 0, upload: undefined, error: undefined, ...part }));
    };
    setSent({ file, sent: 0, upload: undefined, error: undefined });
    try {
      const upload = await uploadFile(uploads, {
        file,
        signal: controller.signal,
        onBegun: ({ id }) => {
          begun.current = id;
        },
        onProgress: ({ sent: bytes }) => change({ sent: bytes }),
      });
      change({ upload, sent: file.size });
    } catch (error) {
      if (!controller.signal.aborted) change({ error });
    }
  };
  const clear = () => {
    giveUp();
    setSent(undefined);
  };
  /** It is proposed: leaving no longer gives it up. */
  const keep = () => {
    begun.current = undefined;
  };
  return { sent, send: (file: File) => void send(file), clear, keep };
}
