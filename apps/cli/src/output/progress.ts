import type { Terminal } from "./terminal.ts";

/** Tells on standard error how far something is, where somebody looks at it; nothing of it stays. */
export interface Progress extends Disposable {
  show(text: string): void;
}

const BAR = 24;
const REDRAWN_MS = 100;
const UNITS = ["B", "kB", "MB", "GB", "TB"];

function bytesText(bytes: number): string {
  const unit = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  return `${(bytes / 1_000 ** unit).toFixed(unit === 0 ? 0 : 1)} ${UNITS[unit]}`;
}

/** `[######............] 25 %  1.0 MB of 4.0 MB  2.0 MB/s` */
export function barText(done: number, total: number, seconds: number): string {
  const share = total === 0 ? 1 : Math.min(1, done / total);
  const filled = Math.round(share * BAR);
  const rate = seconds > 0 && done > 0 ? `  ${bytesText(done / seconds)}/s` : "";
  return `[${"#".repeat(filled)}${".".repeat(BAR - filled)}] ${Math.floor(share * 100)} %  ${bytesText(done)} of ${bytesText(total)}${rate}`;
}

/** One line that is written over and over, and cleared at the end. */
export function showProgress(terminal: Terminal): Progress {
  let shownAt = 0;
  const clear = (): void => {
    if (shownAt > 0) terminal.note("\r\u001b[K");
  };
  return {
    show: (text) => {
      const now = performance.now();
      if (!terminal.showsProgress || now - shownAt < REDRAWN_MS) return;
      shownAt = now;
      terminal.note(`\r\u001b[K${text}`);
    },
    [Symbol.dispose]: clear,
  };
}
