import { once } from "node:events";
import { createConnection, createServer, type NetConnectOpts, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

/** A port on this machine that leads to another server, and can fail like a network does. */
export interface TcpProxy extends AsyncDisposable {
  readonly port: number;
  /** Connections made so far. */
  readonly connectionCount: number;
  /** Breaks all connections off. */
  breakAll(): void;
  /** Breaks the next connection off after so many bytes came back over it. */
  breakAfter(bytes: number): void;
  /** From now on nothing comes back, while connections stay open. */
  hang(isHanging: boolean): void;
}

/** Starts a proxy on a free port: `await using proxy = await startTcpProxy({ path: socket })`. */
export async function startTcpProxy(target: NetConnectOpts): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let connectionCount = 0;
  let limit = Number.POSITIVE_INFINITY;
  let isHanging = false;
  const server = createServer((client) => {
    connectionCount += 1;
    let left = limit;
    limit = Number.POSITIVE_INFINITY;
    const upstream = createConnection(target);
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => undefined);
      socket.on("close", () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on("data", (data) => {
      left -= data.length;
      if (left <= 0) client.destroy();
      else if (!isHanging && !client.write(data)) {
        upstream.pause();
        client.once("drain", () => upstream.resume());
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const breakAll = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connectionCount() {
      return connectionCount;
    },
    breakAll,
    breakAfter: (bytes) => {
      limit = bytes;
    },
    hang: (hanging) => {
      isHanging = hanging;
    },
    [Symbol.asyncDispose]: async () => {
      breakAll();
      server.close();
      await once(server, "close");
    },
  };
}
