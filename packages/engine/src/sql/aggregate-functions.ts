import { aggregate, type FunctionShape, window } from "./function-shape.ts";

export const AGGREGATES = {
  all_true: aggregate("boolean"),
  any_true: aggregate("boolean"),
  any_value: aggregate("any"),
  approx_count_distinct: aggregate("any"),
  /** A share from 0 to 1. */
  approx_quantile: aggregate("any", "place"),
  /** A list, one value per share. */
  approx_quantiles: aggregate("any", "shares"),
  /** The most frequent values, most frequent first. */
  approx_top: aggregate("any", "place"),
  /** The first argument where the second is largest. */
  arg_max: aggregate("any", "any", "place?"),
  arg_min: aggregate("any", "any", "place?"),
  avg: aggregate("number"),
  bit_xor: aggregate("number"),
  collect_list: aggregate("any"),
  correlation: aggregate("number", "number"),
  count: aggregate("any"),
  count_if: aggregate("boolean"),
  count_rows: aggregate(),
  covariance: aggregate("number", "number"),
  covariance_population: aggregate("number", "number"),
  entropy: aggregate("any"),
  first: aggregate("any"),
  geometric_mean: aggregate("number"),
  /** A map from each value to how often it is there: for few different values. */
  histogram: aggregate("any"),
  /** How many values lie up to each of the rising bounds and above the one before, those above the last under a bound of the engine's own. */
  histogram_bins: aggregate("number", "list"),
  kurtosis: aggregate("number"),
  last: aggregate("any"),
  max: aggregate("any"),
  median: aggregate("any"),
  median_absolute_deviation: aggregate("any"),
  min: aggregate("any"),
  mode: aggregate("any"),
  product: aggregate("number"),
  /** Interpolated between neighbours; a share from 0 to 1. */
  quantile: aggregate("any", "place"),
  /** A value that is there; a share from 0 to 1. */
  quantile_discrete: aggregate("any", "place"),
  regression_intercept: aggregate("number", "number"),
  regression_r2: aggregate("number", "number"),
  regression_slope: aggregate("number", "number"),
  skewness: aggregate("number"),
  stddev: aggregate("number"),
  stddev_population: aggregate("number"),
  /** Texts joined by a separator. */
  string_agg: aggregate("text", "text"),
  sum: aggregate("number"),
  /** With compensation: less error over many doubles. */
  sum_exact: aggregate("number"),
  variance: aggregate("number"),
  variance_population: aggregate("number"),
} as const satisfies Record<string, FunctionShape>;

export const WINDOW_FUNCTIONS = {
  cumulative_distribution: window(),
  dense_rank: window(),
  first_value: window("any"),
  lag: window("any", "number?", "any?"),
  last_value: window("any"),
  lead: window("any", "number?", "any?"),
  nth_value: window("any", "number"),
  ntile: window("number"),
  percent_rank: window(),
  rank: window(),
  row_number: window(),
} as const satisfies Record<string, FunctionShape>;
