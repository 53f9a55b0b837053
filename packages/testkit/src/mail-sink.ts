import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

/** A real mail server on this machine that keeps what it is sent: `await using sink = await openMailSink()`. */
export interface MailSink extends AsyncDisposable {
  /** For GRANARY_SMTP_URL. */
  readonly url: string;
  readonly received: { readonly to: readonly string[]; readonly raw: string }[];
  /** The SMTP status it answers to recipients, such as 451 or 550; undefined takes them. */
  refuseWith: number | undefined;
}

/** Starts a mail server on a free port of this machine. */
export async function openMailSink(): Promise<MailSink> {
  const state = { received: [] as { to: string[]; raw: string }[], refuseWith: undefined as number | undefined };
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS"],
    onRcptTo(_address, _session, callback) {
      callback(state.refuseWith === undefined ? undefined : Object.assign(new Error("refused by the test"), { responseCode: state.refuseWith }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
      stream.on("end", () => {
        state.received.push({ to: session.envelope.rcptTo.map((recipient) => recipient.address), raw: Buffer.concat(chunks).toString() });
        callback();
      });
    },
  });
  // A client that hangs up is that client's failure, not the sink's.
  server.on("error", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server.server, "listening");
  const { port } = server.server.address() as AddressInfo;
  return Object.assign(state, {
    url: `smtp://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}
