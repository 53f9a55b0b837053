import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cookieOf, openStage, statuses, type Stage } from "./stage.ts";

let stage: Stage;

beforeAll(async () => {
  stage = await openStage();
});

afterAll(() => stage[Symbol.asyncDispose]());

const start = async () => (await stage.send("POST", "/auth/device", { clientName: "Laptop" })).body;
const poll = (deviceCode: string) => stage.send("POST", "/auth/device/token", { deviceCode });

describe("device sign-in", () => {
  it("signs a command line in once its person approved the code", async () => {
    const { id, email } = await stage.person();
    const device = await start();
    expect(device).toMatchObject({ expiresIn: 600, interval: 5, verificationUri: "http://granary.test/device" });
    expect(device.userCode).toMatch(/^[B-DF-HJ-NP-TV-XZ]{4}-[B-DF-HJ-NP-TV-XZ]{4}$/);
    expect(device.verificationUriComplete).toBe(`http://granary.test/device?code=${device.userCode}`);
    const early = await poll(device.deviceCode);
    expect([early.status, early.body.code, early.body.retry]).toEqual([400, "auth.device_pending", "later"]);
    expect((await poll(device.deviceCode)).body.code).toBe("auth.device_slow_down");

    expect((await stage.send("GET", `/auth/device/${device.userCode}`)).status).toBe(401);
    const token = (await stage.signIn(email)).body.accessToken;
    const typed = device.userCode.replace("-", "").toLowerCase();
    expect((await stage.send("GET", `/auth/device/${typed}`, undefined, token)).body).toMatchObject({ userCode: device.userCode, clientName: "Laptop" });
    const approved = await stage.send("POST", `/auth/device/${typed}/approve`, undefined, token);
    expect(approved.body).toEqual({ status: "approved", clientName: "Laptop" });

    stage.advance(6);
    const answers = await Promise.all([poll(device.deviceCode), poll(device.deviceCode)]);
    expect(statuses(answers)).toEqual([200, 400]);
    expect(answers.map((answer) => answer.body.code)).toContain("auth.device_expired");
    const granted = answers.find((answer) => answer.status === 200);
    expect(granted === undefined ? undefined : cookieOf(granted)).toBeUndefined();
    const { items } = (await stage.send("GET", "/auth/sessions", undefined, granted?.body.accessToken)).body;
    expect(items.find((item: { current: boolean }) => item.current)).toMatchObject({ client: "cli" });
    expect((await stage.events(id)).map((event) => event.type)).toEqual(["session.started", "session.device_approved", "session.started"]);
  });

  it("ends when the person refuses, and is decided once", async () => {
    const { email } = await stage.person();
    const token = (await stage.signIn(email)).body.accessToken;
    const device = await start();
    expect((await stage.send("POST", `/auth/device/${device.userCode}/deny`, undefined, token)).body.status).toBe("denied");
    expect((await stage.send("POST", `/auth/device/${device.userCode}/approve`, undefined, token)).status).toBe(404);
    expect((await poll(device.deviceCode)).body.code).toBe("auth.device_denied");
  });

  it("expires, and knows no made-up codes", async () => {
    const { email } = await stage.person();
    const token = (await stage.signIn(email)).body.accessToken;
    const device = await start();
    expect((await poll("grd_made-up")).body.code).toBe("auth.device_expired");
    expect((await stage.send("GET", "/auth/device/BBBB-BBBB", undefined, token)).body.code).toBe("auth.device_not_found");
    expect((await stage.send("GET", "/auth/device/x'--", undefined, token)).status).toBe(400);
    stage.advance(601);
    expect((await stage.send("POST", `/auth/device/${device.userCode}/approve`, undefined, (await stage.signIn(email)).body.accessToken)).status).toBe(404);
    expect((await poll(device.deviceCode)).body.code).toBe("auth.device_expired");
  });

  it("gives nothing for a person who became inactive after approving", async () => {
    const { id, email } = await stage.person();
    const token = (await stage.signIn(email)).body.accessToken;
    const device = await start();
    await stage.send("POST", `/auth/device/${device.userCode}/approve`, undefined, token);
    await stage.sql("update users set status = 'inactive' where id = $1", [id]);
    expect((await poll(device.deviceCode)).body.code).toBe("auth.device_denied");
  });
});
