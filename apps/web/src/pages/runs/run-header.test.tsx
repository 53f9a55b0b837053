import type { Run } from "@granary/protocol";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, it, vi } from "vitest";
import { ConfirmProvider } from "../../kit/confirm.tsx";
import { theme } from "../../theme/theme.ts";
import { RunHeader } from "./run-header.tsx";

const RUN = {
  id: "run_1",
  number: 12,
  pipeline: { id: "pip_1", name: "Deliveries", version: 3 },
  state: "failed",
  cause: "schedule",
  by: null,
  isDry: false,
  partition: null,
  fault: {
    class: "data_gate",
    code: "run.gate_failed",
    message: "The rows did not pass the gate.",
    issues: [{ path: "grain", message: "has 3 empty values" }],
  },
  counts: { rowsIn: 10, rowsOut: 7, rejected: 3, bytes: 2_048 },
  progress: null,
  expectedEndAt: null,
  waitingFor: null,
  warnings: 0,
  queuedAt: "2026-01-01T00:00:00Z",
  startedAt: "2026-01-01T00:00:01Z",
  endedAt: "2026-01-01T00:00:05Z",
  can: { cancel: false, pause: false, resume: false, retry: true, rollBack: false, replay: false },
  parameters: { least: "1" },
  interval: null,
  steps: [],
  results: [{ node: "target", kind: "version", datasetId: "dat_1", label: "Deliveries", version: 5, previousVersion: 4, changeId: null, rows: 7 }],
  retryOf: null,
  replayOf: null,
  backfillId: null,
  jobId: null,
} as unknown as Run;

function show(part: Partial<Run> = {}) {
  const root = createRootRoute({ component: () => <RunHeader run={{ ...RUN, ...part } as Run} /> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory({ initialEntries: ["/"] }) });
  render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={new QueryClient()}>
        <ConfirmProvider>
          <RouterProvider router={router as never} />
        </ConfirmProvider>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return screen.findByRole("heading", { level: 1, name: "Deliveries #12" });
}

afterEach(() => vi.unstubAllGlobals());

it("says why a run failed, row by row, and what would help", async () => {
  await show();
  const alert = screen.getByRole("alert").textContent;
  expect(alert).toContain("The rows did not pass the gate.");
  expect(alert).toContain("grain has 3 empty values");
  expect(alert).toContain("nothing was published");
  expect(screen.getByText(/10 rows in, 7 out, 3 kept apart/)).toBeDefined();
});

it("offers only what may be done with the run as it is", async () => {
  await show({ state: "running", fault: null, endedAt: null, progress: 0.25, can: { ...RUN.can, cancel: true, pause: true, retry: false } });
  expect(screen.getByRole("progressbar", { name: "Progress of the run" }).getAttribute("aria-valuenow")).toBe("25");
  for (const name of ["Cancel", "Pause"]) expect(screen.getByRole("button", { name })).toBeDefined();
  for (const name of ["Retry", "Resume", "Roll back"]) expect(screen.queryByRole("button", { name })).toBeNull();
});

it("names the versions that go back before a run is rolled back", async () => {
  await show({ state: "succeeded", fault: null, can: { ...RUN.can, rollBack: true } });
  fireEvent.click(screen.getByRole("button", { name: "Roll back" }));
  expect(await screen.findByText("Deliveries: back from version 5 to 4")).toBeDefined();
});

it("retries from what failed unless told otherwise", async () => {
  const fetch = vi.fn<typeof globalThis.fetch>(() => Promise.resolve(new Response(JSON.stringify({ ...RUN, id: "run_2", number: 13 }), { status: 202 })));
  vi.stubGlobal("fetch", fetch);
  await show();
  fireEvent.click(screen.getByRole("button", { name: "Retry" }));
  fireEvent.click(await screen.findByLabelText("With the newest version of the pipeline"));
  fireEvent.click(screen.getAllByRole("button", { name: "Retry" }).at(-1) as HTMLElement);
  await vi.waitFor(() => expect(fetch).toHaveBeenCalled());
  const [address, init] = fetch.mock.calls[0] ?? [];
  expect(String(address)).toContain("/runs/run_1/retry");
  expect(JSON.parse(String(init?.body))).toEqual({ fromStart: false, latest: true });
});
