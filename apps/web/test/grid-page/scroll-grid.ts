interface Scrolling {
  /** On by a step, to another place of the whole, or to the side. */
  readonly kind: "steps" | "jumps" | "sideways";
  readonly steps: number;
  readonly step: number;
}

const frame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

function grid(): HTMLElement {
  const element = document.querySelector<HTMLElement>("[role=grid]");
  if (element === null) throw new Error("there is no grid on this page");
  return element;
}

/** Scrolls in every frame and answers the milliseconds between frames. */
export async function scrollGrid({ kind, steps, step }: Scrolling): Promise<readonly number[]> {
  const element = grid();
  const [tall, wide] = [element.scrollHeight - element.clientHeight, Math.max(1, element.scrollWidth - element.clientWidth)];
  const times: number[] = [];
  let before = await frame();
  for (let index = 0; index < steps; index += 1) {
    if (kind === "steps") element.scrollTop += step;
    else if (kind === "jumps") element.scrollTop = ((index * 7919) % steps) * (tall / steps);
    else element.scrollLeft = (index * 97) % wide;
    const now = await frame();
    times.push(now - before);
    before = now;
  }
  return times;
}

/** Drags the scroll bar to its end. */
export function scrollToEnd(): void {
  const element = grid();
  element.scrollTop = element.scrollHeight;
}
