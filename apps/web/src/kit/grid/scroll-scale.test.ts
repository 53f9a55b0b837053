import { describe, expect, it } from "vitest";
import { bodyHeight, type Extent, isStuck, MAX_BODY_PX, type Place, placeAt, scrolledTo } from "./scroll-scale.ts";

const START: Place = { top: 0, offset: 0 };
const small: Extent = { content: 3_000, viewport: 600 };
const huge: Extent = { content: 150_000_000, viewport: 600 };

describe("a content below the cap", () => {
  it("is where the browser is", () => {
    expect(bodyHeight(small)).toBe(3_000);
    expect(scrolledTo(START, 1_234, small)).toEqual({ top: 1_234, offset: 1_234 });
    expect(placeAt(9_999, small)).toEqual({ top: 2_400, offset: 2_400 });
  });
});

describe("a content above the cap", () => {
  const lastTop = MAX_BODY_PX - huge.viewport;
  const lastOffset = huge.content - huge.viewport;

  it("is scrolled in a body of the capped height", () => expect(bodyHeight(huge)).toBe(MAX_BODY_PX));

  it("reaches its very end and its very beginning", () => {
    const end = scrolledTo(START, lastTop, huge);
    expect(end.offset).toBe(lastOffset);
    expect(scrolledTo(end, 0, huge).offset).toBe(0);
  });

  it("moves pixel by pixel at the turn of a wheel", () => {
    const middle = placeAt(75_000_000, huge);
    expect(scrolledTo(middle, middle.top + 120, huge).offset).toBe(75_000_120);
  });

  it("jumps by proportion when the scroll bar is dragged", () => expect(scrolledTo(START, lastTop / 2, huge).offset).toBe(Math.round(lastOffset / 2)));

  it("comes back to the same content when the scroll bar is put right", () => {
    const place = placeAt(123_456_789, huge);
    expect(place.offset).toBe(123_456_789);
    expect(scrolledTo(place, place.top, huge).offset).toBe(123_456_789);
  });

  it("notices when one end is reached before the other", () => {
    expect(isStuck({ top: 0, offset: 500 }, huge)).toBe(true);
    expect(isStuck({ top: lastTop - 40, offset: lastOffset }, huge)).toBe(true);
    expect(isStuck({ top: 0, offset: 0 }, huge)).toBe(false);
    expect(isStuck(placeAt(75_000_000, huge), huge)).toBe(false);
  });
});
