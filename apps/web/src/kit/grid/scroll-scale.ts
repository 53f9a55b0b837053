/**
 * Chromium caps an element near 33.5 million pixels, and transforms are exact to the pixel only up to 2^24 (16.7 million).
 * A taller content is scrolled in a body of this height, where one pixel of the scroll bar means several of the content.
 */
export const MAX_BODY_PX = 15_000_000;

export interface Extent {
  /** Height of all rows. */
  readonly content: number;
  /** Height of what is in sight of them. */
  readonly viewport: number;
}

/** Where one is: as the browser counts (`top`) and in the content (`offset`). Both are the same below the cap. */
export interface Place {
  readonly top: number;
  readonly offset: number;
}

export const bodyHeight = ({ content }: Extent): number => Math.min(content, MAX_BODY_PX);

const lastOffset = ({ content, viewport }: Extent) => Math.max(0, content - viewport);
const lastTop = (extent: Extent) => Math.max(0, bodyHeight(extent) - extent.viewport);
const within = (value: number, most: number) => Math.min(most, Math.max(0, value));

/** Where the content is when the browser has scrolled to `top`: small steps move it pixel by pixel, long ones by proportion. */
export function scrolledTo(before: Place, top: number, extent: Extent): Place {
  const most = lastOffset(extent);
  if (extent.content <= MAX_BODY_PX) return { top, offset: within(top, most) };
  const step = top - before.top;
  if (Math.abs(step) <= extent.viewport * 2) return { top, offset: within(before.offset + step, most) };
  return { top, offset: Math.round((within(top, lastTop(extent)) / lastTop(extent)) * most) };
}

/** Where the browser has to scroll to, so that the content is at `offset` and the scroll bar tells the truth. */
export function placeAt(offset: number, extent: Extent): Place {
  const most = lastOffset(extent);
  const wanted = within(offset, most);
  if (extent.content <= MAX_BODY_PX || most === 0) return { top: wanted, offset: wanted };
  return { top: Math.round((wanted / most) * lastTop(extent)), offset: wanted };
}

/** Whether small steps have brought one of the two to its end before the other, so that one could not scroll on. */
export function isStuck({ top, offset }: Place, extent: Extent): boolean {
  if (extent.content <= MAX_BODY_PX) return false;
  return top <= 0 !== offset <= 0 || top >= lastTop(extent) !== offset >= lastOffset(extent);
}
