import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, it } from "vitest";

const LINK = new URL("parent-link.ts", import.meta.url).href;

/** A process that follows its parent only once the parent is gone; it ends with 7 when it is told so. */
const LATE = `
  const { followParent, tellParent } = await import(${JSON.stringify(LINK)});
  if (process.connected) await new Promise((resolve) => process.once("disconnect", resolve));
  tellParent("late");
  followParent(() => process.exit(7));
  setTimeout(() => process.exit(1), 5_000);
`;

it("ends a worker whose parent was gone before it could follow it", async () => {
  const child = spawn(process.execPath, ["--input-type=module", "-e", LATE], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  child.disconnect();
  expect(await once(child, "exit")).toEqual([7, null]);
});
