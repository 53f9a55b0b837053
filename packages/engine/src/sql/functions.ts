/** What an argument may be. `part`, `size` and `place` are constants written into the call, for their values decide what the engine does. */
export type ArgumentKind =
  | "any"
  | "boolean"
  | "number"
  | "text"
  | "binary"
  | "time"
  | "interval"
  | "list"
  | "map"
  /** A unit of time: one of `DATE_PARTS`. */
  | "part"
  /** A length of at most `MAX_TEXT_SIZE` characters, so that a call cannot fill the memory. */
  | "size"
  /** A small number that is known before the rows are: a group of a pattern, a share, a count of values. */
  | "place"
  /** A list of shares from 0 to 1, each known before the rows are. */
  | "shares";

/** `?` may be left out, `*` may be left out or repeated. */
export type Argument = ArgumentKind | `${ArgumentKind}?` | `${ArgumentKind}*`;

/** How a function may be called; `aggregate` ones also over windows, `window` ones only there. */
export interface FunctionShape {
  readonly use: "scalar" | "aggregate" | "window";
  readonly takes: readonly Argument[];
}

const scalar = (...takes: readonly Argument[]): FunctionShape => ({ use: "scalar", takes });
const aggregate = (...takes: readonly Argument[]): FunctionShape => ({ use: "aggregate", takes });
const window = (...takes: readonly Argument[]): FunctionShape => ({ use: "window", takes });

const TEXT_FUNCTIONS = {
  byte_length: scalar("text"),
  character: scalar("number"),
  code_point: scalar("text"),
  /** Leaves nulls out. */
  concat: scalar("any", "any*"),
  /** Null when a part is null. */
  concat_or_null: scalar("text", "text"),
  /** The separator first; leaves nulls out. */
  concat_with: scalar("text", "any", "any*"),
  contains: scalar("text", "text"),
  decode_base64: scalar("text"),
  decode_hex: scalar("text"),
  decode_url: scalar("text"),
  decode_utf8: scalar("binary"),
  /** Steps to turn one text into the other; null when one has more than 1,000 characters, for which the engine cannot be stopped. */
  edit_distance: scalar("text", "text"),
  encode_base64: scalar("binary"),
  encode_hex: scalar("binary"),
  encode_url: scalar("text"),
  encode_utf8: scalar("text"),
  ends_with: scalar("text", "text"),
  left: scalar("text", "number"),
  length: scalar("text"),
  lower: scalar("text"),
  normalize_unicode: scalar("text"),
  pad_left: scalar("text", "size", "text"),
  pad_right: scalar("text", "size", "text"),
  /** One-based; 0 when it is not there. */
  position: scalar("text", "text"),
  regex_escape: scalar("text"),
  regex_extract: scalar("text", "text", "place?"),
  regex_extract_all: scalar("text", "text", "place?"),
  regex_replace: scalar("text", "text", "text"),
  regex_replace_first: scalar("text", "text", "text"),
  regex_split: scalar("text", "text"),
  repeat: scalar("text", "size"),
  replace: scalar("text", "text", "text"),
  reverse: scalar("text"),
  right: scalar("text", "number"),
  split: scalar("text", "text"),
  split_part: scalar("text", "text", "number"),
  starts_with: scalar("text", "text"),
  strip_accents: scalar("text"),
  /** One-based, and how many characters. */
  substring: scalar("text", "number", "number?"),
  /** From 0 to 1 (equal), by Jaro and Winkler; null when one has more than 1,000 characters. */
  text_similarity: scalar("text", "text"),
  translate: scalar("text", "text", "text"),
  trim: scalar("text", "text?"),
  trim_left: scalar("text", "text?"),
  trim_right: scalar("text", "text?"),
  upper: scalar("text"),
} as const satisfies Record<string, FunctionShape>;

const TIME_FUNCTIONS = {
  age: scalar("time", "time"),
  /** A wall clock in a zone for a timestamptz, and the other way round for a timestamp: the zone first. */
  at_time_zone: scalar("text", "time"),
  /** How many borders of the unit lie between: 1 year from New Year's Eve to New Year. */
  date_diff: scalar("part", "time", "time"),
  /** How many whole units lie between. */
  date_diff_whole: scalar("part", "time", "time"),
  date_part: scalar("part", "time"),
  date_trunc: scalar("part", "time"),
  day_name: scalar("time"),
  epoch_micros: scalar("time"),
  epoch_millis: scalar("time"),
  epoch_seconds: scalar("time"),
  /** The format is strftime's. */
  format_time: scalar("time", "text"),
  from_epoch_micros: scalar("number"),
  from_epoch_millis: scalar("number"),
  from_epoch_seconds: scalar("number"),
  last_day: scalar("time"),
  make_date: scalar("number", "number", "number"),
  make_time: scalar("number", "number", "number"),
  make_timestamp: scalar("number", "number", "number", "number", "number", "number"),
  month_name: scalar("time"),
  now: scalar(),
  parse_time: scalar("text", "text"),
  time_bucket: scalar("interval", "time"),
  to_days: scalar("number"),
  to_hours: scalar("number"),
  to_micros: scalar("number"),
  to_minutes: scalar("number"),
  to_months: scalar("number"),
  to_seconds: scalar("number"),
  to_weeks: scalar("number"),
  to_years: scalar("number"),
  today: scalar(),
  /** Null where the text does not have the format. */
  try_parse_time: scalar("text", "text"),
} as const satisfies Record<string, FunctionShape>;

const NUMBER_FUNCTIONS = {
  abs: scalar("number"),
  acos: scalar("number"),
  asin: scalar("number"),
  atan: scalar("number"),
  atan2: scalar("number", "number"),
  bit_count: scalar("number"),
  cbrt: scalar("number"),
  ceil: scalar("number"),
  cos: scalar("number"),
  degrees: scalar("number"),
  exp: scalar("number"),
  floor: scalar("number"),
  greatest_common_divisor: scalar("number", "number"),
  is_finite: scalar("number"),
  is_infinite: scalar("number"),
  is_nan: scalar("number"),
  least_common_multiple: scalar("number", "number"),
  ln: scalar("number"),
  log10: scalar("number"),
  log2: scalar("number"),
  pi: scalar(),
  power: scalar("number", "number"),
  radians: scalar("number"),
  round: scalar("number", "number?"),
  round_even: scalar("number", "number"),
  sign: scalar("number"),
  sin: scalar("number"),
  sqrt: scalar("number"),
  tan: scalar("number"),
  trunc: scalar("number"),
} as const satisfies Record<string, FunctionShape>;

const ANY_FUNCTIONS = {
  coalesce: scalar("any", "any*"),
  greatest: scalar("any", "any*"),
  least: scalar("any", "any*"),
  md5: scalar("text"),
  null_if: scalar("any", "any"),
  /** 64 bits, quick, not for secrets, and not the same in every release of an engine: never store it. */
  row_hash: scalar("any", "any*"),
  sha1: scalar("text"),
  sha256: scalar("text"),
  type_name: scalar("any"),
} as const satisfies Record<string, FunctionShape>;

const JSON_FUNCTIONS = {
  json_array_length: scalar("text", "text?"),
  json_contains: scalar("text", "text"),
  /** The part a path such as `$.a[0]` leads to, as JSON. */
  json_extract: scalar("text", "text"),
  json_is_valid: scalar("text"),
  json_keys: scalar("text", "text?"),
  /** The part a path leads to: a text without its quotes, anything else as JSON. */
  json_text: scalar("text", "text"),
  json_type: scalar("text", "text?"),
  to_json: scalar("any"),
} as const satisfies Record<string, FunctionShape>;

const LIST_FUNCTIONS = {
  list_any_value: scalar("list"),
  list_append: scalar("list", "any"),
  list_avg: scalar("list"),
  list_concat: scalar("list", "list", "list*"),
  list_contains: scalar("list", "any"),
  /** Without null elements. */
  list_count: scalar("list"),
  list_distinct: scalar("list"),
  /** One-based, from the end when negative; null when it is not there. */
  list_element: scalar("list", "number"),
  list_flatten: scalar("list"),
  list_has_all: scalar("list", "list"),
  list_has_any: scalar("list", "list"),
  list_intersect: scalar("list", "list"),
  list_join: scalar("list", "text"),
  list_length: scalar("list"),
  list_max: scalar("list"),
  list_median: scalar("list"),
  list_min: scalar("list"),
  list_of: scalar("any*"),
  list_position: scalar("list", "any"),
  list_prepend: scalar("any", "list"),
  list_reverse: scalar("list"),
  /** First and last place, one-based, both included. */
  list_slice: scalar("list", "number", "number"),
  list_sort: scalar("list"),
  list_sort_descending: scalar("list"),
  list_sum: scalar("list"),
} as const satisfies Record<string, FunctionShape>;

const MAP_FUNCTIONS = {
  map_concat: scalar("map", "map", "map*"),
  map_contains: scalar("map", "any"),
  /** Null when the key is not there. */
  map_element: scalar("map", "any"),
  /** A list of structs of `key` and `value`. */
  map_entries: scalar("map"),
  map_from_entries: scalar("list"),
  map_keys: scalar("map"),
  map_length: scalar("map"),
  /** From a list of keys and a list of as many values. */
  map_of: scalar("list", "list"),
  map_values: scalar("map"),
} as const satisfies Record<string, FunctionShape>;

const AGGREGATES = {
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

const WINDOW_FUNCTIONS = {
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

/** The functions expressions may call. Anything else is refused before a statement is printed. */
export const FUNCTIONS = {
  ...TEXT_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...NUMBER_FUNCTIONS,
  ...ANY_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...LIST_FUNCTIONS,
  ...MAP_FUNCTIONS,
  ...AGGREGATES,
  ...WINDOW_FUNCTIONS,
} as const satisfies Record<string, FunctionShape>;

export type FunctionName = keyof typeof FUNCTIONS;
