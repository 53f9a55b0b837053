import { isApiError } from "@granary/client";
import { Button, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Navigate, useNavigate } from "@tanstack/react-router";
import { deviceQuery, useAnswerDevice } from "../../api/auth.ts";
import { sessionQuery } from "../../api/session.ts";
import { ErrorNote } from "../../kit/error-note.tsx";
import { useApiForm } from "../../kit/form.tsx";
import { KeyValue } from "../../kit/key-value.tsx";
import { RelativeTime } from "../../kit/relative-time.tsx";
import { Line } from "../../kit/skeleton.tsx";
import classes from "./gate.module.css";
import { GateTitle } from "./gate-title.tsx";

const route = getRouteApi("/gate/device");
const CODE = /^[A-Za-z]{4}-?[A-Za-z]{4}$/;

/** Lets a command line sign in as the person at this browser. */
export function DevicePage() {
  const { code } = route.useSearch();
  const session = useQuery({ ...sessionQuery(), retry: false });
  if (session.isPending) return <Line width={240} height={28} />;
  if (isApiError(session.error, "auth.required")) {
    return <Navigate to="/sign-in" search={{ return: code === undefined ? "/device" : `/device?code=${encodeURIComponent(code)}` }} replace />;
  }
  if (session.data === undefined) return <ErrorNote error={session.error} onRetry={() => void session.refetch()} />;
  return code === undefined || !CODE.test(code) ? (
    <CodeForm wrong={code !== undefined} />
  ) : (
    <Request userCode={code.toUpperCase()} name={session.data.user.name} />
  );
}

function CodeForm({ wrong }: { readonly wrong: boolean }) {
  const navigate = useNavigate();
  const form = useApiForm({
    initial: { code: "" },
    check: ({ code }) => (CODE.test(code.trim()) ? {} : { code: "Eight letters, as in BCDF-GHJK" }),
    send: ({ code }) => navigate({ to: "/device", search: { code: code.trim() } }),
  });
  return (
    <>
      <GateTitle title="Connect a device" text="Type the code that the command line shows." />
      <form className={classes.form} onSubmit={form.onSubmit} noValidate>
        {wrong && <p className={classes.note}>That is not a device code. It has eight letters.</p>}
        <TextInput
          label="Code"
          autoFocus
          autoComplete="off"
          placeholder="BCDF-GHJK"
          styles={{ input: { fontFamily: "var(--g-mono)", textTransform: "uppercase", letterSpacing: "0.1em" } }}
          {...form.fields.getInputProps("code")}
        />
        <Button type="submit" size="md" fullWidth>
          Continue
        </Button>
      </form>
    </>
  );
}

function Request({ userCode, name }: { readonly userCode: string; readonly name: string }) {
  const request = useQuery(deviceQuery(userCode));
  const answer = useAnswerDevice();
  const navigate = useNavigate();
  if (answer.data !== undefined) {
    const approved = answer.data.status === "approved";
    return (
      <GateTitle
        title={approved ? "The device is connected" : "The device was refused"}
        text={
          approved
            ? `${answer.data.clientName} goes on by itself. You can close this page; the session is listed in your profile.`
            : "It gets no access. If you did not start it, nothing else needs to be done."
        }
      />
    );
  }
  if (request.error !== null) {
    return (
      <>
        <GateTitle title="Connect a device" />
        <div className={classes.form}>
          <ErrorNote error={request.error} />
          <Button variant="default" onClick={() => void navigate({ to: "/device" })}>
            Type another code
          </Button>
        </div>
      </>
    );
  }
  if (request.data === undefined) return <Line width={240} height={28} />;
  const { clientName, ip, createdAt } = request.data;
  return (
    <>
      <GateTitle title="Let this device in?" text={`It will act as you, ${name}. Approve only if you started it yourself and the code is the same there.`} />
      <div className={classes.form}>
        <p className={classes.code}>{userCode.length === 8 ? `${userCode.slice(0, 4)}-${userCode.slice(4)}` : userCode}</p>
        <KeyValue
          items={[
            ["Device", clientName],
            ["Address", ip ?? "unknown"],
            ["Asked", <RelativeTime key="at" at={createdAt} />],
          ]}
        />
        {answer.error !== null && <ErrorNote error={answer.error} />}
        <Button size="md" loading={answer.isPending} onClick={() => answer.mutate({ userCode, approve: true })}>
          Approve
        </Button>
        <Button size="md" variant="default" disabled={answer.isPending} onClick={() => answer.mutate({ userCode, approve: false })}>
          Refuse
        </Button>
      </div>
    </>
  );
}
