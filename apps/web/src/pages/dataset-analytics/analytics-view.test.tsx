import type { Column, ColumnStats, RowFilter } from "@granary/protocol";
import { MantineProvider } from "@mantine/core";
import { fireEvent, render, screen, within } from "@testing-library/react";
import type { ComponentProps } from "react";
import { describe, expect, it, vi } from "vitest";
import { theme } from "../../theme/theme.ts";
import { AnalyticsView } from "./analytics-view.tsx";

const column = (name: string, type: Column["type"], masked = false): Column => ({ name, type, storedType: type, masked });

function stats(of: Column, more: Partial<ColumnStats> = {}): ColumnStats {
  const { name, type, masked } = of;
  return { name, type, masked, rows: 10, nulls: 0, distinct: 10, isDistinctApproximate: false, min: null, max: null, mean: null, bins: [], top: [], ...more };
}

const COLUMNS = [column("city", "text"), column("price", "integer"), column("phone", "text", true)];
const [CITY, PRICE, PHONE] = COLUMNS as [Column, Column, Column];
const STATS = [
  stats(CITY, {
    distinct: 2,
    top: [
      { value: "Bern", count: 7 },
      { value: "", count: 3 },
    ],
  }),
  stats(PRICE, {
    nulls: 4,
    min: "1",
    max: "9",
    mean: 4.5,
    bins: [
      { from: "1", to: "5", count: 4 },
      { from: "5", to: "9", count: 2 },
    ],
  }),
  stats(PHONE, { nulls: 1, distinct: 9 }),
];

function show(props: Partial<ComponentProps<typeof AnalyticsView>> = {}) {
  const onRows = vi.fn<(filter: RowFilter) => void>();
  render(
    <MantineProvider theme={theme} env="test">
      <AnalyticsView columns={COLUMNS} stats={STATS} rows={10} onRows={onRows} {...props} />
    </MantineProvider>,
  );
  return onRows;
}

const gapNames = () =>
  within(screen.getByRole("list", { name: "Completeness of columns" }))
    .getAllByRole("listitem")
    .map((item) => item.textContent.split(" filled")[0]);

describe("the analytics of a dataset", () => {
  it("sums up, counts types and lists the least complete column first", () => {
    show();
    expect(screen.getByText("Cells filled").nextSibling?.textContent).toBe("83.3%");
    const types = screen.getByRole("table", { name: "Columns by type" });
    expect(within(types).getByRole("row", { name: "text 2" })).toBeDefined();
    expect(gapNames()).toEqual(["price 60%", "phone 90%", "city 100%"]);
    fireEvent.click(screen.getByRole("radio", { name: "In their order" }));
    expect(gapNames()).toEqual(["city 100%", "price 60%", "phone 90%"]);
  });

  it("opens the rows of a bar, of a value and of a gap", () => {
    const onRows = show();
    fireEvent.click(screen.getByRole("button", { name: "price 5 to 9: 2 rows" }));
    fireEvent.click(screen.getByRole("button", { name: "Bern 7 rows. Show these rows" }));
    fireEvent.click(screen.getByRole("button", { name: "price 60% filled, 4 missing. Show these rows" }));
    expect(onRows.mock.calls).toEqual([
      [
        {
          and: [
            { column: "price", op: "gt", value: "5" },
            { column: "price", op: "le", value: "9" },
          ],
        },
      ],
      [{ column: "city", op: "eq", value: "Bern" }],
      [{ column: "price", op: "is_null" }],
    ]);
  });

  it("has one bar of each chart in the order of Tab, and arrows for the others", () => {
    show();
    const chart = within(screen.getByRole("group", { name: "Distribution of price" })).getAllByRole("button");
    expect(chart.map(({ tabIndex }) => tabIndex)).toEqual([0, -1]);
    fireEvent.keyDown(chart[0] as HTMLElement, { key: "ArrowRight" });
    expect(document.activeElement).toBe(chart[1]);
    expect(chart.map(({ tabIndex }) => tabIndex)).toEqual([-1, 0]);
  });

  it("says which columns are masked and that their figures are too", () => {
    show();
    expect(screen.getByText(/^One column is masked for you/)).toBeDefined();
    const card = screen.getByRole("article", { name: "phone" });
    expect(card.textContent).toContain("These figures are of the masked values.");
    expect(card.textContent).toContain("Every value is there only once.");
  });

  it("draws some of many columns until asked for more, and says how many are described", () => {
    const many = Array.from({ length: 60 }, (_, index) => column(`c${index}`, "integer"));
    const onMore = vi.fn<() => void>();
    show({ columns: many, stats: many.slice(0, 40).map((item) => stats(item)), onMore });
    expect(screen.getAllByRole("article")).toHaveLength(24);
    fireEvent.click(screen.getByRole("button", { name: "Show 16 more columns" }));
    expect(screen.getAllByRole("article")).toHaveLength(40);
    expect(screen.getByText(/40 of 60 columns are described so far/)).toBeDefined();
    fireEvent.click(screen.getByRole("button", { name: "Describe more columns" }));
    expect(onMore).toHaveBeenCalledOnce();
  });

  it("says that there are no rows instead of drawing nothing", () => {
    show({ rows: 0, stats: COLUMNS.map((item) => stats(item, { rows: 0, distinct: 0 })) });
    expect(screen.getByText("No rows")).toBeDefined();
    expect(screen.queryAllByRole("article")).toHaveLength(0);
    expect(screen.queryByText("Cells filled")).toBeNull();
  });
});
