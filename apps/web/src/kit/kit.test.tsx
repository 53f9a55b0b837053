import { ApiError } from "@granary/client";
import { Button, MantineProvider, TextInput } from "@mantine/core";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { type ReactNode, useState } from "react";
import { describe, expect, it, vi } from "vitest";
import { theme } from "../theme/theme.ts";
import { ConfirmProvider, useConfirm } from "./confirm.tsx";
import { type Column, DataList } from "./data-list.tsx";
import { ErrorNote } from "./error-note.tsx";
import { FailedPage } from "./error-view.tsx";
import { FormProblem, placeIssues, useApiForm } from "./form.tsx";
import { createFormat } from "./format.tsx";
import { StatusBadge } from "./status-badge.tsx";

function show(content: ReactNode) {
  return render(
    <MantineProvider theme={theme} env="test">
      {content}
    </MantineProvider>,
  );
}

const refusal = new ApiError("The request is not valid.", {
  status: 400,
  code: "request.invalid",
  requestId: "req_42",
  issues: [
    { path: "body.name", message: "must not be empty" },
    { path: "body.session.idleTimeout", message: "is too short" },
    { path: "body.session.idleTimeout", message: "must be whole" },
    { path: "body.emails.3", message: "must be an e-mail address" },
    { path: "", message: "must change something" },
  ],
});

describe("placeIssues", () => {
  it("finds each issue's field or its nearest parent, and keeps those without one", () => {
    const { byField, fault } = placeIssues(refusal, new Set(["name", "session.idleTimeout", "emails"]));
    expect(byField).toEqual({ name: "Must not be empty", "session.idleTimeout": "Is too short. Must be whole", emails: "Must be an e-mail address" });
    expect(fault.rest).toEqual([{ path: "", message: "must change something" }]);
    expect(fault.placed).toBe(false);
  });
});

function NameForm({ send }: { readonly send: () => Promise<unknown> }) {
  const form = useApiForm({ initial: { name: "Ada" }, send });
  return (
    <form onSubmit={form.onSubmit}>
      <FormProblem problem={form.problem} />
      <TextInput label="Name" {...form.fields.getInputProps("name")} />
      <Button type="submit">Save</Button>
    </form>
  );
}

describe("useApiForm", () => {
  it("shows every issue of a refusal and keeps what was typed", async () => {
    show(<NameForm send={() => Promise.reject(refusal)} />);
    fireEvent.change(screen.getByLabelText("Name"), { target: { value: "Grace" } });
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Must not be empty")).toBeDefined();
    expect(screen.getByRole("alert").textContent).toContain("must change something");
    expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe("Grace");
  });

  it("names the request of an error without issues", async () => {
    show(<NameForm send={() => Promise.reject(new ApiError("It broke.", { status: 500, code: "internal", requestId: "req_7" }))} />);
    fireEvent.click(screen.getByRole("button", { name: "Save" }));
    expect((await screen.findByRole("alert")).textContent).toContain("req_7");
  });
});

interface Sheaf {
  readonly id: string;
  readonly name: string;
  readonly grains: number;
}

const COLUMNS: readonly Column<Sheaf>[] = [
  { id: "name", header: "Name", primary: true, cell: (row) => row.name },
  { id: "grains", header: "Grains", align: "right", cell: (row) => row.grains },
];
const SHEAVES: readonly Sheaf[] = [
  { id: "a", name: "Barley", grains: 3 },
  { id: "b", name: "Rye", grains: 5 },
];

function Sheaves({ rows = SHEAVES, error, onMore }: { readonly rows?: readonly Sheaf[] | undefined; readonly error?: unknown; readonly onMore?: () => void }) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  return (
    <DataList
      label="Sheaves"
      columns={COLUMNS}
      rows={error === undefined ? rows : undefined}
      rowId={(row) => row.id}
      rowName={(row) => row.name}
      empty={<p>Nothing harvested</p>}
      error={error}
      selection={{ ids, onChange: setIds }}
      {...(onMore === undefined ? {} : { more: { has: true, loading: false, load: onMore } })}
    />
  );
}

describe("DataList", () => {
  it("is a table with row headers that reads on when asked", () => {
    const onMore = vi.fn<() => void>();
    show(<Sheaves onMore={onMore} />);
    expect(screen.getByRole("table", { name: "Sheaves" })).toBeDefined();
    expect(screen.getAllByRole("rowheader").map((cell) => cell.textContent)).toEqual(["Barley", "Rye"]);
    fireEvent.click(screen.getByRole("button", { name: "Show more" }));
    expect(onMore).toHaveBeenCalledOnce();
  });

  it("chooses one row or all that are shown", () => {
    show(<Sheaves />);
    fireEvent.click(screen.getByRole("checkbox", { name: "Select Rye" }));
    const all = screen.getByRole<HTMLInputElement>("checkbox", { name: "Select all that are shown" });
    expect(all.checked).toBe(false);
    fireEvent.click(all);
    expect(screen.getByRole<HTMLInputElement>("checkbox", { name: "Select Barley" }).checked).toBe(true);
  });

  it("says what will be here while it is empty", () => {
    show(<Sheaves rows={[]} />);
    expect(screen.getByText("Nothing harvested")).toBeDefined();
  });

  it("explains a failed first page", () => {
    show(<Sheaves error={refusal} />);
    expect(screen.getByRole("alert").textContent).toContain("req_42");
  });
});

function Danger({ run }: { readonly run: () => Promise<unknown> }) {
  const confirm = useConfirm();
  return (
    <Button
      onClick={() =>
        confirm({ title: "Burn it", text: "This cannot be undone.", touches: ["Barley", "Rye"], action: "Burn", danger: true, typed: "Barley", run })
      }
    >
      Open
    </Button>
  );
}

describe("ConfirmProvider", () => {
  it("names what is touched and waits for the typed word", async () => {
    const run = vi.fn<() => Promise<void>>(() => Promise.resolve());
    show(
      <ConfirmProvider>
        <Danger run={run} />
      </ConfirmProvider>,
    );
    fireEvent.click(screen.getByRole("button", { name: "Open" }));
    const act = await screen.findByRole<HTMLButtonElement>("button", { name: "Burn" });
    expect(screen.getAllByRole("listitem").map((item) => item.textContent)).toEqual(["Barley", "Rye"]);
    expect(act.disabled).toBe(true);
    fireEvent.change(screen.getByLabelText("Type Barley to confirm"), { target: { value: "Barley" } });
    fireEvent.click(act);
    await waitFor(() => expect(run).toHaveBeenCalledOnce());
  });

  it("stays open and explains when the act fails", async () => {
    show(
      <ConfirmProvider>
        <Danger run={() => Promise.reject(refusal)} />
      </ConfirmProvider>,
    );
    fireEvent.click(screen.getByRole("button", { name: "Open" }));
    fireEvent.change(await screen.findByLabelText("Type Barley to confirm"), { target: { value: "Barley" } });
    fireEvent.click(screen.getByRole("button", { name: "Burn" }));
    expect((await screen.findByRole("alert")).textContent).toContain("The request is not valid.");
  });
});

describe("FailedPage", () => {
  it("names the missing permission and offers to ask for it", () => {
    show(<FailedPage error={new ApiError("You need the permission role:read for this.", { status: 403, code: "access.denied", requestId: "r" })} />);
    expect(screen.getByText("role:read")).toBeDefined();
    expect(screen.getByRole("link", { name: "Ask an administrator" }).getAttribute("href")).toContain("role%3Aread");
  });

  it("tells a thing that is not there from a server that is not", () => {
    show(<FailedPage error={new ApiError("There is no such dataset.", { status: 404, code: "dataset.not_found" })} />);
    expect(screen.getByRole("heading", { name: "Nothing is kept here" })).toBeDefined();
  });
});

describe("StatusBadge and ErrorNote", () => {
  it("marks state with an icon beside the word", () => {
    show(<StatusBadge tone="bad">Failed</StatusBadge>);
    expect(screen.getByText("Failed").querySelector("svg")).not.toBeNull();
  });

  it("never shows the text of an unknown error", () => {
    show(<ErrorNote error={new TypeError("x is undefined at secret.ts")} />);
    expect(screen.getByRole("alert").textContent).not.toContain("secret.ts");
  });
});

describe("createFormat", () => {
  const format = createFormat({ timeZone: "Europe/Zurich", locale: "en-GB", dateFormat: "iso" });

  it("writes instants in the chosen zone and date format", () => {
    expect(format.date("2026-03-29T23:30:00Z")).toBe("2026-03-30");
    expect(format.moment("2026-01-05T08:07:00Z")).toBe("2026-01-05, 09:07");
  });

  it("writes the past, the future and sizes in words", () => {
    const now = Date.parse("2026-01-01T12:00:00Z");
    expect(format.relative("2026-01-01T11:57:00Z", now)).toBe("3 minutes ago");
    expect(format.relative("2026-01-03T12:00:00Z", now)).toBe("in 2 days");
    expect(format.bytes(145_300)).toBe("145 kB");
    expect(format.duration(75)).toBe("1 min 15 s");
  });
});
