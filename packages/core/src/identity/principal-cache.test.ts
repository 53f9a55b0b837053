import { describe, expect, it, vi } from "vitest";
import { anonymous } from "../context/index.ts";
import { PrincipalCache } from "./principal-cache.ts";
import type { Identified } from "./queries/find-principal.ts";

const caller: Identified = { principal: anonymous, inactive: false, secondFactorPending: false, restriction: null, needsTouch: true };

describe("PrincipalCache", () => {
  it("asks once for a caller who comes again, who need not be touched again", async () => {
    const cache = new PrincipalCache();
    const find = vi.fn<() => Promise<Identified | undefined>>(async () => caller);
    expect((await cache.get("a", find))?.needsTouch).toBe(true);
    expect((await cache.get("a", find))?.needsTouch).toBe(false);
    await cache.get("b", find);
    expect(find).toHaveBeenCalledTimes(2);
  });

  it("remembers nobody who was not found", async () => {
    const cache = new PrincipalCache();
    const find = vi.fn<() => Promise<Identified | undefined>>(async () => undefined);
    await cache.get("a", find);
    await cache.get("a", find);
    expect(find).toHaveBeenCalledTimes(2);
  });

  it("forgets at once, also a caller who is being looked up", async () => {
    const cache = new PrincipalCache();
    const slow = Promise.withResolvers<Identified>();
    const looking = cache.get("a", () => slow.promise);
    cache.clear();
    slow.resolve(caller);
    await looking;
    const find = vi.fn<() => Promise<Identified | undefined>>(async () => caller);
    await cache.get("a", find);
    expect(find).toHaveBeenCalledTimes(1);
    cache.clear();
    await cache.get("a", find);
    expect(find).toHaveBeenCalledTimes(2);
  });

  it("forgets by itself after a few seconds", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const cache = new PrincipalCache();
    const find = vi.fn<() => Promise<Identified | undefined>>(async () => caller);
    await cache.get("a", find);
    vi.advanceTimersByTime(5_001);
    await cache.get("a", find);
    vi.useRealTimers();
    expect(find).toHaveBeenCalledTimes(2);
  });
});
