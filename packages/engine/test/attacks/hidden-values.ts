import type { Attack } from "./attack.ts";

const VALUE = ["sql.value_invalid"];

const failing = (sql: string, refusals: readonly string[] = VALUE): Attack => ({ name: sql.slice(0, 120), sql, refusals });
const counting = (sql: string, rows: string): Attack => ({ name: sql.slice(0, 120), sql, refusals: [], rows });

/**
 * Queries that try to learn a masked value or a filtered row: by an error that quotes it, by an error that only a hidden row
 * causes, by the plan. `people` shows the hash of the e-mail and two of four rows; the rows of other countries are hidden.
 */
export const HIDDEN_VALUE_ATTACKS: readonly Attack[] = [
  failing("SELECT email::INTEGER FROM people"),
  failing("SELECT CAST(email AS DATE) FROM people"),
  failing("SELECT email::UUID FROM people"),
  failing("SELECT email::JSON FROM people"),
  failing("SELECT email::INTEGER[] FROM people"),
  failing("SELECT now() AT TIME ZONE email FROM people"),
  failing("SELECT strptime(email, '%Y') FROM people"),
  failing("SELECT ('\\xz' || email)::BLOB FROM people"),
  failing("SELECT date_trunc(email, now()) FROM people"),
  failing("SELECT format('{:d}', email) FROM people"),
  failing("SELECT from_json(email, '[\"INTEGER\"]') FROM people"),
  failing("SELECT id + 9223372036854775807 FROM people"),
  failing("SELECT (SELECT email FROM people)"),
  // Each would fail, or answer more, if it saw a row that the filter takes away.
  counting("SELECT count(*) FROM people WHERE (CASE WHEN country <> 'DE' THEN 'x' || email ELSE '1' END)::INTEGER = 1", '[["2"]]'),
  counting("SELECT count(*) FROM people WHERE (CASE WHEN country <> 'DE' THEN 9223372036854775807 ELSE 1 END) + id > 0", '[["2"]]'),
  counting("SELECT max((CASE WHEN id > 2 THEN email ELSE '1' END)::INTEGER) FROM people", "[[1]]"),
  counting("SELECT count(*) FROM people JOIN range(10) AS r(n) ON (CASE WHEN id > 2 THEN email ELSE '1' END)::INTEGER = n", '[["2"]]'),
  counting("SELECT (CASE WHEN id > 2 THEN email ELSE '1' END)::INTEGER FROM people ORDER BY 1 LIMIT 1", "[[1]]"),
  counting("SELECT count(*) FROM people WHERE regexp_matches('a', CASE WHEN id > 2 THEN '(' || email ELSE 'a' END)", '[["2"]]'),
  counting("SELECT count(*) FROM people WHERE country::VARCHAR <> 'DE' OR email LIKE '%canary%'", '[["0"]]'),
  counting("SELECT min(country), max(country), count(DISTINCT country), approx_count_distinct(id) FROM people", '[["DE","DE","1","2"]]'),
  counting("SELECT count(*) FROM people TABLESAMPLE 100%", '[["2"]]'),
  counting("SELECT count(*) FROM people FULL JOIN people AS other ON false", '[["4"]]'),
  counting("SELECT count(*) FROM (FROM people UNION ALL FROM people)", '[["4"]]'),
  // A row taken as one value has the columns of the relation, and no others.
  counting("SELECT DISTINCT struct_keys(people) FROM people", '[[["id","email","country"]]]'),
  counting("SELECT count(DISTINCT people::VARCHAR), count(to_json(people)) FROM people", '[["2","2"]]'),
  counting("SELECT count(*) FROM (SELECT unnest(people) FROM people)", '[["2"]]'),
  counting("SELECT raw_email FROM people AS p(raw_email) ORDER BY 1", '[["1"],["2"]]'),
  counting("SELECT count(*) FROM (UNPIVOT (SELECT * REPLACE (id::VARCHAR AS id) FROM people) ON COLUMNS(*) INTO NAME n VALUE v)", '[["6"]]'),
  counting("SELECT count(*) FROM (FROM people USING SAMPLE reservoir(100 ROWS))", '[["2"]]'),
  counting("SELECT count(*) FROM people POSITIONAL JOIN people AS b", '[["2"]]'),
  counting("SELECT count(*) OVER (), ntile(9) OVER (ORDER BY id) FROM people", '[["2","1"],["2","2"]]'),
  counting("SELECT mode(country), histogram(country), quantile_disc(id, 1), max_by(id, id) FROM people", '[["DE",[{"key":"DE","value":"2"}],"2","2"]]'),
  counting("SELECT count(*) FROM people WHERE email IN (SELECT sha256(id::VARCHAR || 'x') FROM range(10) AS r(id))", '[["0"]]'),
  failing("SELECT raw_emai FROM people", ["sql.unknown_column"]),
  failing("SELECT raw FROM people", ["sql.unknown_column"]),
  failing("SELECT people['raw_email'] FROM people", ["sql.invalid", "sql.value_invalid"]),
  failing("SELECT struct_extract(people, 'raw_email') FROM people", ["sql.invalid", "sql.value_invalid"]),
  failing("SELECT (people).raw_email FROM people", ["sql.invalid", "sql.unknown_column"]),
  failing("SELECT id FROM people ORDER BY raw_email", ["sql.unknown_column"]),
  failing("SELECT count(*) FROM people GROUP BY raw_email", ["sql.unknown_column"]),
  failing("SELECT * EXCLUDE (raw_email) FROM people", ["sql.invalid", "sql.unknown_column"]),
  failing("SELECT * REPLACE (raw_email AS id) FROM people", ["sql.invalid", "sql.unknown_column"]),
  failing("SELECT * FROM people JOIN people b USING (raw_email)", ["sql.invalid", "sql.unknown_column"]),
  failing("SELECT (SELECT raw_email) FROM people", ["sql.unknown_column"]),
  failing("SELECT * FROM people, LATERAL (SELECT people.raw_email)", ["sql.unknown_column", "sql.invalid"]),
  failing("SELECT #4 FROM people", ["sql.invalid"]),
  failing("SELECT email::INTEGER FROM members"),
  failing("SELECT count(*) FROM members WHERE email = 5"),
  failing("SELECT map([email, email], [1, 2]) FROM members"),
  failing("SELECT from_json('{' || email, '[\"VARCHAR\"]') FROM members"),
  failing("SELECT regexp_matches('x', '(' || email) FROM members"),
  failing("SELECT (SELECT email FROM members UNION ALL SELECT email FROM members)"),
  failing("SELECT raw_email FROM people", ["sql.unknown_column"]),
  failing("SELECT people.raw_email FROM people", ["sql.unknown_column", "sql.invalid"]),
  failing("SELECT filename FROM people", ["sql.unknown_column"]),
  failing("SELECT file_row_number FROM people", ["sql.unknown_column"]),
  failing("SELECT rowid FROM people", ["sql.unknown_column", "sql.invalid"]),
  failing("SELECT COLUMNS('raw.*') FROM people", ["sql.invalid"]),
  failing("SELECT people.granary_relation_0.email FROM people", ["sql.unknown_column", "sql.invalid"]),
  { name: "the plan of a query with a mask and a filter", sql: "SELECT email FROM people WHERE email = 'x'", explain: true, refusals: [] },
  { name: "the plan of a join", sql: "SELECT count(*) FROM people a JOIN people b USING (email) JOIN salaries c ON c.id = a.id", explain: true, refusals: [] },
  { name: "the plan of a query no row can answer", sql: "SELECT * FROM people WHERE country = 'FR'", explain: true, refusals: [] },
  { name: "the plan of a wrong query", sql: "SELECT email::INTEGER, nope FROM people", explain: true, refusals: ["sql.unknown_column"] },
];
