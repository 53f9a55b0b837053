import { rmSync } from "node:fs";
import { ChildSession } from "./child-session.ts";
import type { ChildSettings, FromChild, ToChild } from "./messages.ts";

const settings = JSON.parse(process.argv[2] ?? "{}") as ChildSettings;

function send(message: FromChild): void {
  process.send?.(message);
}

// Without its parent nobody wants the answer. A running query keeps native threads busy, so that an ordinary exit could hang.
process.on("disconnect", () => {
  rmSync(settings.tempDir, { recursive: true, force: true });
  process.kill(process.pid, "SIGKILL");
});
// A terminal's interrupt reaches the whole group; the parent decides when its engine processes end.
process.on("SIGINT", () => undefined);

const session = await ChildSession.open(settings, send);
process.on("message", (message: ToChild) => session.receive(message));
send({ type: "ready" });
