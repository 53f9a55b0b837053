import type { ChangeRequest } from "@granary/protocol";
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, describe, expect, it, vi } from "vitest";
import { changesQuery } from "../../api/changes.ts";
import { theme } from "../../theme/theme.ts";
import { CloseDialog } from "./close-dialog.tsx";

const request = (number: number, title: string) =>
  ({ id: `chg_${number}`, number, title, dataset: { id: "ds_1", name: "People" } }) as unknown as ChangeRequest;

function show(others: readonly ChangeRequest[]) {
  const bodies: unknown[] = [];
  const change = request(1, "Fix names");
  const list = { items: [change, ...others], next: null };
  vi.stubGlobal("fetch", (_address: unknown, init?: RequestInit) => {
    const isList = init?.body === undefined || init.body === null;
    if (!isList) bodies.push(JSON.parse(init.body as string));
    return Promise.resolve(Response.json(isList ? list : change));
  });
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  client.setQueryData(changesQuery({ dataset: "ds_1" }).queryKey, { pages: [list], pageParams: [undefined] } as never);
  const onClose = vi.fn<() => void>();
  render(
    <MantineProvider theme={theme} env="test">
      <QueryClientProvider client={client}>
        <CloseDialog change={change} onClose={onClose} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { bodies, onClose };
}

afterEach(() => vi.unstubAllGlobals());

describe("closing a request", () => {
  it("names the request that comes in its place", async () => {
    const { bodies, onClose } = show([request(2, "Fix all names")]);
    fireEvent.change(screen.getByLabelText("Why"), { target: { value: " Done otherwise " } });
    fireEvent.click(screen.getByRole("combobox", { name: "Another request comes in its place" }));
    expect(screen.queryByRole("option", { name: "#1 Fix names" })).toBeNull();
    fireEvent.click(screen.getByRole("option", { name: "#2 Fix all names" }));
    fireEvent.click(screen.getByRole("button", { name: "Close it" }));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(bodies).toEqual([{ reason: "Done otherwise", supersededBy: "chg_2" }]);
  });

  it("asks for no other request where there is none, and needs no reason", async () => {
    const { bodies, onClose } = show([]);
    expect(screen.queryByRole("combobox")).toBeNull();
    fireEvent.click(screen.getByRole("button", { name: "Close it" }));
    await waitFor(() => expect(onClose).toHaveBeenCalled());
    expect(bodies).toEqual([{ reason: "" }]);
  });
});
