import { spawn } from "node:child_process";

/**
 * $1 is the cluster directory, $2 what to delete afterwards (may be empty). `cat` ends when the pipe from this process
 * does, which the kernel sees to whatever kills us. A server that was being restarted at that moment writes its pid
 * file a little later, hence the second look. Where there is a /proc, the pid is checked to be that server.
 */
const SCRIPT = `
cat >/dev/null
for round in 1 2 3 4 5 6 7 8 9 10; do
  pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
  if [ -n "$pid" ] && { [ ! -d /proc/self ] || [ "$(readlink "/proc/$pid/cwd")" = "$1" ]; }; then
    kill -INT "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
  fi
  sleep 0.1
done
[ -z "$2" ] || rm -rf "$2"
`;

/** Sees to it that the server of this directory does not outlive this process, even one that is killed. */
export function startWatchdog(clusterDir: string, deleteAfterwards: string | undefined): Disposable {
  const child = spawn("sh", ["-c", SCRIPT, "granary-watchdog", clusterDir, deleteAfterwards ?? ""], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
  });
  child.on("error", () => undefined);
  child.stdin.on("error", () => undefined);
  child.unref();
  (child.stdin as unknown as { unref(): void }).unref();
  return {
    [Symbol.dispose]: () => {
      child.kill("SIGKILL");
    },
  };
}
