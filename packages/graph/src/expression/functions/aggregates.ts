import { entries } from "./entry.ts";

/** The rows that examples of aggregates and window functions are over. */
export const FUNCTION_SAMPLE = {
  columns: [
    { name: "city", type: "text" },
    { name: "amount", type: "integer" },
    { name: "day", type: "date" },
  ],
  rows: [
    ["Bonn", "10", "2026-01-01"],
    ["Ulm", "20", "2026-01-02"],
    ["Bonn", "30", "2026-01-03"],
    [null, "40", "2026-01-04"],
  ],
} as const;

export const AGGREGATE_ENTRIES = entries("Aggregates", "aggregate", [
  ["count(value: any): integer", "How many values are not null; count(*) counts rows, count(distinct x) different values.", "count(distinct city)", "2"],
  ["count_rows(): integer", "How many rows there are.", "count_rows()", "4"],
  ["count_if(condition: boolean): integer", "For how many rows a condition is true.", "count_if(amount > 10)", "3", "countif"],
  ["sum(value: number): sum", "The sum.", "sum(amount)", "100"],
  ["avg(value: number): number", "The average.", "avg(amount)", "25.0", "mean average"],
  ["min(value: T): T", "The smallest value.", "min(amount)", "10"],
  ["max(value: T): T", "The largest value.", "max(day)", "2026-01-04"],
  ["median(value: number): middle", "The value in the middle.", "median(amount)", "25.0"],
  [
    "quantile(value: number, share: share): middle",
    "The value below which a share of all lies, interpolated.",
    "quantile(amount, 0.25)",
    "17.5",
    "quantile_cont percentile_cont",
  ],
  [
    "quantile_discrete(value: T, share: share): T",
    "The value that is there, below which a share of all lies.",
    "quantile_discrete(amount, 0.5)",
    "20",
    "quantile_disc percentile_disc",
  ],
  ["mode(value: T): T", "The most frequent value.", "mode(city)", "Bonn"],
  ["first(value: T): T", "The first value; add order by to say which.", "first(city order by amount desc)", "null"],
  ["last(value: T): T", "The last value; add order by to say which.", "last(city order by amount desc)", "Bonn"],
  ["any_value(value: T): T", "Some value that is not null.", "any_value(city order by amount)", "Bonn", "arbitrary"],
  ["arg_max(value: T, by: any): T", "The value where another is largest.", "arg_max(day, amount)", "2026-01-04", "max_by"],
  ["arg_min(value: T, by: any): T", "The value where another is smallest.", "arg_min(city, amount)", "Bonn", "min_by"],
  [
    "string_agg(text: text, separator: written): text",
    "The texts joined; add order by for an order.",
    "string_agg(city, '+' order by amount)",
    "Bonn+Ulm+Bonn",
    "group_concat listagg",
  ],
  [
    "collect_list(value: T): T[]",
    "All values as a list; add order by for an order.",
    "collect_list(amount order by amount)",
    "[10,20,30,40]",
    "list array_agg",
  ],
  ["all_true(condition: boolean): boolean", "Whether a condition is true for all rows.", "all_true(amount > 0)", "true", "bool_and every"],
  ["any_true(condition: boolean): boolean", "Whether a condition is true for some row.", "any_true(amount > 30)", "true", "bool_or"],
  ["stddev(value: number): number", "The standard deviation of a sample.", "round(stddev(amount), 2)", "12.91", "stddev_samp"],
  ["stddev_population(value: number): number", "The standard deviation of all.", "round(stddev_population(amount), 2)", "11.18", "stddev_pop"],
  ["variance(value: number): number", "The variance of a sample.", "round(variance(amount), 2)", "166.67", "var_samp"],
  ["variance_population(value: number): number", "The variance of all.", "variance_population(amount)", "125.0", "var_pop"],
  [
    "correlation(value: number, other: number): number",
    "How far two values go together, from -1 to 1.",
    "round(correlation(amount, amount * 2), 6)",
    "1.0",
    "corr",
  ],
  ["covariance(value: number, other: number): number", "The covariance of a sample.", "round(covariance(amount, amount), 2)", "166.67", "covar_samp"],
  ["product(value: number): number", "The product.", "product(amount)", "240000.0"],
  ["approx_count_distinct(value: any): integer", "About how many different values there are; quick for many.", "approx_count_distinct(city)", "2"],
]);

export const WINDOW_ENTRIES = entries("Windows", "window", [
  ["row_number(): integer", "The place of a row in its order.", "row_number()", "2"],
  ["rank(): integer", "The place, the same for equal rows, with gaps behind them.", "rank()", "2"],
  ["dense_rank(): integer", "The place, the same for equal rows, without gaps.", "dense_rank()", "2"],
  ["percent_rank(): number", "The place as a share from 0 to 1.", "round(percent_rank(), 2)", "0.33"],
  ["cumulative_distribution(): number", "The share of rows up to this one.", "cumulative_distribution()", "0.5", "cume_dist"],
  ["ntile(count: integer): integer", "Which of so many equal parts a row is in.", "ntile(2)", "1"],
  ["lag(value: T, rows: integer?, otherwise: T?): T", "The value of a row before.", "lag(amount)", "10"],
  ["lead(value: T, rows: integer?, otherwise: T?): T", "The value of a row after.", "lead(amount)", "30"],
  ["first_value(value: T): T", "The value of the first row of the frame.", "first_value(amount)", "10"],
  ["last_value(value: T): T", "The value of the last row of the frame.", "last_value(amount)", "20"],
  ["nth_value(value: T, number: integer): T", "The value of a row of the frame by its number.", "nth_value(amount, 2)", "20"],
]);
