import type { ConnectionCheck, ConnectorSpec } from "@granary/protocol";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, within } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { startValues } from "../../kit/config-form/index.ts";
import { useApiForm } from "../../kit/form.tsx";
import { theme } from "../../theme/theme.ts";
import { ConnectionForm, type ConnectionValues } from "./connection-form.tsx";
import { healthOf } from "./connection-words.ts";

const SPEC = {
  kind: "postgresql",
  title: "PostgreSQL",
  text: "",
  icon: "database",
  roles: ["source"],
  config: {
    type: "object",
    properties: { host: { type: "string", title: "Host" }, password: { type: "string", title: "Password", secret: true } },
    required: ["host"],
  },
  streamConfig: null,
  targetConfig: null,
  syncModes: ["full"],
} as const satisfies ConnectorSpec;

const step = (name: ConnectionCheck["steps"][number]["name"], state: "passed" | "failed" | "skipped" | "warned", message: string) => ({
  name,
  state,
  message,
  ms: 3,
});
const FAILED: ConnectionCheck = {
  ok: false,
  at: "2026-01-01T00:00:00Z",
  steps: [step("name", "passed", "db is 10.0.0.1."), step("credentials", "failed", "The password is wrong."), step("database", "skipped", "")],
  advice: ["Ask the owner of the database for a new password.", "The password is wrong."],
};

function show(send = vi.fn<(values: ConnectionValues) => Promise<void>>(() => Promise.resolve())) {
  function Holder() {
    const form = useApiForm<ConnectionValues>({
      initial: { name: "", description: "", config: startValues(SPEC.config, { password: { secret: true } }) },
      send,
    });
    return <ConnectionForm spec={SPEC} form={form} action="Save" connection="con_1" />;
  }
  render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={new QueryClient()}>
        <Holder />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return send;
}

function answers(status: number, body: unknown) {
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
  vi.stubGlobal("fetch", fetch);
  return fetch;
}

afterEach(() => vi.unstubAllGlobals());

it("says what is missing before anything is sent", () => {
  const fetch = answers(200, FAILED);
  const send = show();
  fireEvent.click(screen.getByRole("button", { name: "Test" }));
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(screen.getByText("Enter the host.")).toBeDefined();
  expect(fetch).not.toHaveBeenCalled();
  expect(send).not.toHaveBeenCalled();
});

it("shows each step of a test, what failed and why, and advice that no step says", async () => {
  const fetch = answers(200, FAILED);
  show();
  fireEvent.change(screen.getByLabelText(/Host/), { target: { value: "db" } });
  fireEvent.click(screen.getByRole("button", { name: "Test" }));
  const steps = await screen.findByRole("list", { name: "Steps of the test" });
  expect(within(steps).getAllByRole("listitem")).toHaveLength(3);
  expect(steps.textContent).toContain("The password is wrong.");
  expect(within(screen.getByRole("list", { name: "Advice" })).getAllByRole("listitem")).toHaveLength(1);
  expect(JSON.parse(String(fetch.mock.calls[0]?.[1]?.body))).toEqual({
    kind: "postgresql",
    connection: "con_1",
    config: { host: "db", password: { secret: true } },
  });
  fireEvent.change(screen.getByLabelText(/Host/), { target: { value: "db2" } });
  expect(screen.getByText("The settings were changed since; test again to be sure.")).toBeDefined();
});

it("puts what the server refuses at the field", async () => {
  answers(422, {
    code: "connection.settings_invalid",
    detail: "The settings are not right.",
    status: 422,
    errors: [{ path: "body.config.host", message: "is no host" }],
  });
  show();
  fireEvent.change(screen.getByLabelText(/Host/), { target: { value: "db" } });
  fireEvent.click(screen.getByRole("button", { name: "Test" }));
  expect(await screen.findByText("Is no host.")).toBeDefined();
});

it("tells the health of a connection by its last test", () => {
  expect(healthOf(null).text).toBe("Not tested");
  expect(healthOf(FAILED)).toEqual({ tone: "bad", text: "Credentials failed" });
  expect(healthOf({ ...FAILED, ok: true, steps: [step("network", "warned", "")] }).text).toBe("Works, with warnings");
});
