import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ADMIN, arrive, authenticatorCode, HOME, mailedLink, type Person, setUp, signIn } from "./person.ts";
import { openBrowser, type Program, startProgram } from "./program.ts";

const OWN_PASSWORD = "copper-meadow-violin-83";
const GRACE = "grace@example.org";
const ALAN = "alan@example.org";

let program: Program;
let browser: Browser;
let admin: Person;

beforeAll(async () => {
  program = await startProgram();
  browser = await openBrowser();
  admin = await setUp(browser, program);
});

afterAll(async () => {
  await browser?.close();
  await program?.[Symbol.asyncDispose]();
});

describe("mailed links", () => {
  it("lead from an invitation to the workspace", async () => {
    await admin.open(`${HOME}/people`);
    await admin.page.getByRole("button", { name: "Invite people" }).click();
    await admin.page.getByLabel("E-mail addresses").fill(GRACE);
    await admin.page.getByRole("button", { name: "Send invitations" }).click();
    await admin.page.getByRole("dialog", { name: "Invited" }).getByText("Invited", { exact: true }).last().waitFor();
    await admin.page.getByRole("button", { name: "Done" }).click();
    await admin.page.getByText("Invited, not here yet (1)").waitFor();
    await admin.open(`${HOME}/outbox`);
    await admin.page.getByText("Ada Lovelace invites you to Northfield Mills").click();
    const link = await admin.page.getByRole("dialog").getByRole("link").getAttribute("href");
    const grace = await arrive(browser, program);
    await grace.page.goto(link ?? "");
    await grace.sees("Join Northfield Mills");
    await grace.page.getByRole("button", { name: "Create your account" }).click();
    await grace.page.getByLabel("Your name").fill("Grace Hopper");
    expect(await grace.page.getByLabel("E-mail").inputValue()).toBe(GRACE);
    await grace.page.getByLabel("Password", { exact: true }).fill(OWN_PASSWORD);
    await grace.page.getByRole("button", { name: "Create the account" }).click();
    await grace.sees(/, Grace$/);
    expect(new URL(grace.page.url()).pathname).toBe(HOME);
    await grace.page.goto(link ?? "");
    await grace.sees("This invitation does not work");
    expect(grace.faults).toEqual([]);
  });

  it("confirm the address of somebody who signs up by themselves", async () => {
    await admin.open(`${HOME}/settings?tab=security`);
    await admin.page.getByRole("radio", { name: "Open" }).check();
    await admin.page.getByRole("button", { name: "Save" }).click();
    await admin.page.getByText("It holds for every sign-in from now on.").waitFor();
    const alan = await arrive(browser, program);
    await alan.open("/sign-in");
    await alan.page.getByRole("link", { name: "Create an account" }).click();
    await alan.page.getByLabel("Your name").fill("Alan Turing");
    await alan.page.getByLabel("E-mail").fill(ALAN);
    await alan.page.getByLabel("Password", { exact: true }).fill(OWN_PASSWORD);
    await alan.page.getByRole("button", { name: "Create the account" }).click();
    await alan.sees("Look into your mail");
    await signIn(alan, ALAN, OWN_PASSWORD);
    await alan.page.getByRole("button", { name: "Send the confirmation mail again" }).click();
    await alan.page.getByText("The mail is on its way").waitFor();
    await alan.page.goto(await mailedLink(admin, ALAN));
    await alan.sees("Your address is confirmed");
    await signIn(alan, ALAN, OWN_PASSWORD);
    await alan.sees(/, Alan$/);
    expect(alan.faults).toEqual([]);
  });

  it("let somebody choose a new password who forgot the old one", async () => {
    const alan = await arrive(browser, program);
    await alan.open("/sign-in");
    await alan.page.getByRole("link", { name: "Forgot your password?" }).click();
    await alan.sees("Choose a new password");
    await alan.page.getByLabel("E-mail").fill(ALAN);
    await alan.page.getByRole("button", { name: "Send the link" }).click();
    await alan.sees("Look into your mail");
    const link = await mailedLink(admin, ALAN);
    await alan.page.goto(link);
    await alan.page.getByLabel("New password", { exact: true }).fill("alan");
    await alan.page.getByRole("button", { name: "Save the password" }).click();
    await alan.page.getByLabel("New password", { exact: true }).and(alan.page.locator("[aria-invalid=true]")).waitFor();
    await alan.page.getByLabel("New password", { exact: true }).fill("harbour-thimble-quartz-19");
    await alan.page.getByRole("button", { name: "Save the password" }).click();
    await alan.page.getByText("Your password is changed. Sign in with the new one.").waitFor();
    await signIn(alan, ALAN, "harbour-thimble-quartz-19");
    await alan.sees(/, Alan$/);
    await alan.page.goto(link);
    await alan.page.getByLabel("New password", { exact: true }).fill(OWN_PASSWORD);
    await alan.page.getByRole("button", { name: "Save the password" }).click();
    await alan.page.getByRole("alert").waitFor();
    expect(alan.faults).toEqual([]);
  });
});

describe("an account made by an administrator", () => {
  const EMAIL = "lise@example.org";
  let lise: Person;
  let secret: string;
  let backupCode: string;

  it("must choose its own password before anything else", async () => {
    await admin.open(`${HOME}/people`);
    await admin.page.getByRole("button", { name: "Create an account" }).click();
    await admin.page.getByLabel("Name", { exact: true }).fill("Lise Meitner");
    await admin.page.getByLabel("E-mail", { exact: true }).fill(EMAIL);
    await admin.page.getByRole("radio", { name: "Generate one and show it to me once" }).check();
    await admin.page.getByRole("button", { name: "Create the account" }).click();
    const shown = admin.page.getByRole("dialog", { name: "Lise Meitner has an account" }).getByRole("button", { name: /^Copy password/ });
    const given = (await shown.textContent()) ?? "";
    lise = await arrive(browser, program);
    await signIn(lise, EMAIL, given);
    await lise.sees("Choose your own password");
    await lise.open(`${HOME}/datasets`);
    await lise.sees("Choose your own password");
    await lise.page.getByLabel("Password you were given").fill(given);
    await lise.page.getByLabel("New password", { exact: true }).fill(OWN_PASSWORD);
    await lise.page.getByRole("button", { name: "Save and go on" }).click();
    await lise.sees("Datasets");
    expect(new URL(lise.page.url()).pathname).toBe(`${HOME}/datasets`);
  });

  it("sets up a second factor and signs in with it, and with a backup code", async () => {
    await lise.open(`${HOME}/profile?tab=security`);
    await lise.page.getByRole("button", { name: "Set it up" }).click();
    const dialog = lise.page.getByRole("dialog", { name: "Set up a second factor" });
    await dialog.getByLabel("Your password").fill(OWN_PASSWORD);
    await dialog.getByRole("button", { name: "Continue" }).click();
    await dialog.getByRole("img", { name: "QR code of the authenticator secret" }).waitFor();
    secret = (await dialog.getByRole("button", { name: /^Copy secret/ }).textContent()) ?? "";
    await dialog.getByLabel("Code it shows").fill(authenticatorCode(secret));
    await dialog.getByRole("button", { name: "Turn it on" }).click();
    const codes = dialog.getByRole("list", { name: "Backup codes" }).getByRole("listitem");
    await codes.first().waitFor();
    expect(await codes.count()).toBe(10);
    backupCode = (await codes.first().textContent()) ?? "";
    await dialog.getByRole("button", { name: "I have kept them" }).click();
    await lise.page.getByText("10 backup codes are left.").waitFor();
    await lise.context.clearCookies();
    await signIn(lise, EMAIL, OWN_PASSWORD);
    await lise.sees("One more step");
    // The code of now was used up by the enrolment; the server takes the next one too.
    await lise.page.getByLabel("Code").fill(authenticatorCode(secret, 1));
    await lise.page.getByRole("button", { name: "Continue" }).click();
    await lise.sees(/, Lise$/);
    await lise.context.clearCookies();
    await signIn(lise, EMAIL, OWN_PASSWORD);
    await lise.sees("One more step");
    await lise.page.getByRole("button", { name: "Use a backup code" }).click();
    await lise.page.getByLabel("Backup code").fill(backupCode);
    await lise.page.getByRole("button", { name: "Continue" }).click();
    await lise.sees(/, Lise$/);
  });

  it("lets a device in by its code, and ends its session from the list", async () => {
    const device = await arrive(browser, program);
    const { userCode, deviceCode } = await device.call<{ userCode: string; deviceCode: string }>("POST", "/auth/device", { clientName: "Nightly box" });
    await lise.open("/device");
    await lise.page.getByLabel("Code").fill(userCode);
    await lise.page.getByRole("button", { name: "Continue" }).click();
    await lise.sees("Let this device in?");
    await lise.page.getByText("Nightly box").waitFor();
    await lise.page.getByRole("button", { name: "Approve" }).click();
    await lise.sees("The device is connected");
    await device.call("POST", "/auth/device/token", { deviceCode });
    await lise.open(`${HOME}/profile?tab=sessions`);
    const sessions = lise.page.getByRole("table", { name: "Sessions" });
    const row = sessions.getByRole("row", { name: /Command line/ });
    await row.getByRole("button", { name: /^End the session/ }).click();
    await lise.page.getByText("The session was ended").waitFor();
    await row.waitFor({ state: "detached" });
    expect(await sessions.getByText("This one").count()).toBe(1);
  });

  it("asks a visitor to sign in first and then shows the device of the link", async () => {
    const { userCode } = await lise.call<{ userCode: string }>("POST", "/auth/device", { clientName: "Unknown box" });
    const visitor = await arrive(browser, program);
    await visitor.open(`/device?code=${userCode}`);
    await visitor.sees("Sign in");
    await visitor.page.getByLabel("E-mail").fill(ADMIN.email);
    await visitor.page.getByLabel("Password", { exact: true }).fill(ADMIN.password);
    await visitor.page.getByRole("button", { name: "Sign in" }).click();
    await visitor.sees("Let this device in?");
    await visitor.page.getByRole("button", { name: "Refuse" }).click();
    await visitor.sees("The device was refused");
    expect(visitor.faults).toEqual([]);
  });

  it("is told that it is inactive once it is deactivated", async () => {
    await lise.open(`${HOME}/datasets`);
    await admin.open(`${HOME}/people`);
    await admin.page.getByRole("link", { name: "Lise Meitner" }).click();
    await admin.sees("Lise Meitner");
    await admin.page.getByRole("button", { name: "More" }).click();
    await admin.page.getByRole("menuitem", { name: "Deactivate" }).click();
    await admin.page.getByRole("dialog").getByRole("button", { name: "Deactivate" }).click();
    await admin.page.getByRole("button", { name: "Activate" }).waitFor();
    await lise.page.reload();
    await lise.page.getByRole("heading", { level: 1, name: /^(Sign in|Your account is inactive)$/ }).waitFor();
    await signIn(lise, EMAIL, OWN_PASSWORD);
    await lise.sees("Your account is inactive");
    expect(lise.faults).toEqual([]);
  });
});

it("shows the administrator no script error on the way", () => {
  expect(admin.faults).toEqual([]);
});
