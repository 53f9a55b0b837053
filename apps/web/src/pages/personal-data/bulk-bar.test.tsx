import { MantineProvider } from "@mantine/core";
import type { PersonalDataFinding } from "@granary/protocol";
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, test, vi } from "vitest";
import type { Verdict } from "../../api/personal-data.ts";
import { BulkBar } from "./bulk-bar.tsx";

const finding = (mask: boolean) => ({ id: "fnd_1", can: { decide: true, mask } }) as PersonalDataFinding;

function shown(mask: boolean) {
  const onDecide = vi.fn<(verdict: Verdict) => void>();
  render(
    <MantineProvider>
      <input aria-label="Search" />
      <BulkBar findings={[finding(mask), finding(false)]} onDecide={onDecide} />
    </MantineProvider>,
  );
  return onDecide;
}

test("decides about all that are chosen by one key", () => {
  const onDecide = shown(true);
  for (const key of ["a", "m", "r", "x"]) fireEvent.keyDown(document.body, { key });
  expect(onDecide.mock.calls).toEqual([["accept"], ["mask"], ["refuse"]]);
});

test("leaves keys alone that are typed or belong to the browser", () => {
  const onDecide = shown(true);
  fireEvent.keyDown(screen.getByLabelText("Search"), { key: "a" });
  fireEvent.keyDown(document.body, { key: "r", ctrlKey: true });
  expect(onDecide).not.toHaveBeenCalled();
});

test("offers no mask where none may be set", () => {
  const onDecide = shown(false);
  fireEvent.keyDown(document.body, { key: "m" });
  expect(onDecide).not.toHaveBeenCalled();
  expect(screen.queryByRole("button", { name: /mask/ })).toBeNull();
});
