import type { ChangeRulesInput } from "@granary/protocol";
import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen } from "@testing-library/react";
import { describe, expect, it, vi } from "vitest";
import { theme } from "../../theme/theme.ts";
import { ComparisonsField } from "./rules-fields.tsx";

type Comparisons = ChangeRulesInput["comparisons"];

const RULE = { column: "price", trim: false, collapseSpaces: false, ignoreCase: false };

function show(value: Comparisons) {
  const onChange = vi.fn<(value: Comparisons) => void>();
  render(
    <MantineProvider theme={theme} env="test">
      <ComparisonsField value={value} columns={["price", "name"]} onChange={onChange} />
    </MantineProvider>,
  );
  return onChange;
}

describe("how the values of a column are compared", () => {
  it("takes a share as a percentage", () => {
    const onChange = show([RULE]);
    fireEvent.change(screen.getByLabelText("Numbers that differ by no more percent"), { target: { value: "0.7" } });
    expect(onChange).toHaveBeenLastCalledWith([{ ...RULE, relativeTolerance: 0.007 }]);
  });

  it("shows a share as a percentage, and takes it away with the text", () => {
    const onChange = show([{ ...RULE, relativeTolerance: 0.07 }]);
    const field = screen.getByLabelText<HTMLInputElement>("Numbers that differ by no more percent");
    expect(field.value).toBe("7 %");
    fireEvent.change(field, { target: { value: "" } });
    expect(onChange).toHaveBeenLastCalledWith([{ ...RULE, relativeTolerance: undefined }]);
  });

  it("adds a column that has no rule yet", () => {
    const onChange = show([RULE]);
    fireEvent.click(screen.getByRole("button", { name: "Add a column" }));
    expect(onChange).toHaveBeenLastCalledWith([RULE, { column: "name", trim: true, collapseSpaces: false, ignoreCase: false }]);
  });
});
