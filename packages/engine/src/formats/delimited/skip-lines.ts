/** Leaves whole lines out of the front of a stream of text, whatever stands in them. */
export class LineSkipper {
  #left: number;
  #endedWithCr = false;

  constructor(lines: number) {
    this.#left = lines;
  }

  skip(text: string): string {
    let at = 0;
    if (this.#endedWithCr && text.startsWith("\n")) at = 1;
    this.#endedWithCr = false;
    while (this.#left > 0 && at < text.length) {
      const char = text[at];
      at += 1;
      if (char !== "\n" && char !== "\r") continue;
      this.#left -= 1;
      if (char === "\r" && text[at] === "\n") at += 1;
      else if (char === "\r" && at >= text.length) this.#endedWithCr = true;
    }
    return at === 0 ? text : text.slice(at);
  }
}
