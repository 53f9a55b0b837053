import { createConnection, type Socket } from "node:net";
import { isAppError } from "@granary/kernel";
import { problem } from "@granary/protocol";

const TIMEOUT_MS = 10_000;

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nothing listens on port {port}",
  ETIMEDOUT: "it does not answer on port {port}",
  EHOSTUNREACH: "there is no way to it",
  ENETUNREACH: "there is no way to its network",
  ECONNRESET: "it broke the connection off",
  EPIPE: "it broke the connection off",
};

/** What a failed system call means to people; the code itself where it is an unusual one. */
export function networkReason(error: unknown, port: number): string {
  const code = (error as NodeJS.ErrnoException | undefined)?.code ?? "";
  return (REASONS[code] ?? (code === "" ? "the connection failed" : `the connection failed with ${code}`)).replace("{port}", String(port));
}

function open(address: string, port: number, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host: address, port, noDelay: true, keepAlive: true });
    const fail = (error: Error) => {
      signal.removeEventListener("abort", stop);
      socket.destroy();
      reject(error);
    };
    const stop = () => fail(signal.reason as Error);
    socket.setTimeout(TIMEOUT_MS, () => fail(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })));
    socket.once("error", fail);
    socket.once("connect", () => {
      signal.removeEventListener("abort", stop);
      socket.setTimeout(0);
      socket.removeAllListeners("timeout");
      socket.off("error", fail);
      resolve(socket);
    });
    signal.addEventListener("abort", stop, { once: true });
  });
}

/** Connects to the first of some checked addresses that answers. Throws `connection.unreachable`. */
export async function connectTo(addresses: readonly string[], host: string, port: number, signal: AbortSignal): Promise<Socket> {
  let last: unknown;
  for (const address of addresses) {
    signal.throwIfAborted();
    try {
      return await open(address, port, signal);
    } catch (error) {
      if (signal.aborted || isAppError(error)) throw error;
      last = error;
    }
  }
  throw problem("connection.unreachable", { host, reason: networkReason(last, port), stage: "network" }, { cause: last });
}
