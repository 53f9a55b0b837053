import { spawn } from "node:child_process";

/**
 * $1 is the cluster directory, $2 what to delete afterwards (may be empty). `cat` ends when the pipe from this process
 * does, which the kernel sees to whatever kills us. A server that was being restarted at that moment writes its pid
 * file a little later, hence the rounds. Where there is a /proc, the pid is checked to be that server; `kill -0` alone
 * would also find a dead one that nobody collects.
 */
const SCRIPT = `
directory=$(cd "$1" && pwd -P)
cat >/dev/null
runs() { if [ -d /proc/self ]; then [ "$(readlink "/proc/$1/cwd")" = "$directory" ]; else kill -0 "$1" 2>/dev/null; fi; }
for round in 1 2 3 4 5 6 7 8 9 10; do
  pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
  if [ -n "$pid" ] && runs "$pid"; then
    kill -INT "$pid"
    while runs "$pid"; do sleep 0.05; done
    break
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
