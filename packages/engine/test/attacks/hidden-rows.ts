import type { Attack } from "./attack.ts";

/** `harmless` for the row that is there, `harmful` for those that are not. */
const only = (harmless: string, harmful: string): string => `(CASE WHEN id = 2 THEN ${harmless} ELSE ${harmful} END)`;

/** Fails where it is computed for a row that is not there. The engine believes of all of them that they cannot. */
const FAILING: readonly string[] = [
  `chr(${only("65", "-1")}) = 'A'`,
  `${only("NULL", "email")}::UUID IS NULL`,
  `TRY_CAST(email AS UUID) IS NULL AND ${only("NULL", "email")}::BLOB IS NULL`,
  `${only("NULL", "email")}::INTEGER[] IS NULL`,
  `(${only("NULL", "email")} = '00000000-0000-0000-0000-000000000000'::UUID) IS NULL`,
  `${only("1", "1000000")}::DECIMAL(3, 1) = 1`,
  `${only("TIMESTAMP '2000-01-01'", "TIMESTAMP '9999-01-01'")}::TIMESTAMP_NS IS NOT NULL`,
  `to_timestamp(${only("1", "1e18")}) IS NOT NULL`,
  `make_timestamp_ms(${only("1", "9223372036854775807")}) IS NOT NULL`,
  `date_diff(${only("'day'", "email")}, DATE '2000-01-01', DATE '2000-01-02') = 1`,
  `last_day(${only("DATE '2000-01-01'", "DATE '5881580-07-10'")}) IS NOT NULL`,
  `to_base(1, ${only("2", "99")}) = '1'`,
  `url_decode(${only("'a'", "'%FF'")}) = 'a'`,
  `regexp_replace('a', ${only("'a'", "'(' || email")}, 'b') = 'b'`,
  `len(regexp_extract_all('a', ${only("'a'", "'(' || email")})) = 1`,
  `len(regexp_split_to_array('a', ${only("'b'", "'(' || email")})) = 1`,
  `regexp_full_match('a', ${only("'a'", "'(' || email")})`,
  `'a' LIKE 'a' ESCAPE ${only("'x'", "email")}`,
  `json_object(${only("'a'", "NULL")}, 1) IS NOT NULL`,
  `list_reduce(${only("[1]", "[]::INTEGER[]")}, lambda a, b: a + b) = 1`,
  `list_where([1], [${only("true", "NULL")}]) = [1]`,
  `list_select([1], [${only("1", "NULL")}]) = [1]`,
  `list_inner_product([1.0], [${only("1.0", "NULL")}]) = 1`,
  `array_extract('abc', ${only("1", "9223372036854775807")}) = 'a'`,
];

/** Takes all time or memory there is where it is computed for a row that is not there. */
const COSTLY: readonly string[] = [
  `levenshtein(repeat('a', ${only("1", "300000")}), repeat('b', ${only("1", "300000")})) = 1`,
  `length(lpad('x', ${only("1", "2000000000")}, 'yyyyyyyyy')) = 1`,
  `len(range(${only("1", "2000000000")})) = 1`,
  `length(repeat(email, ${only("1", "200000000")})) = length(email)`,
];

const hiding = (sql: string, rows: string): Attack => ({ name: sql.slice(0, 160), sql, refusals: [], rows, deadlineMs: 30_000 });

const inWhere = (condition: string): Attack => hiding(`SELECT count(*) FROM members WHERE ${condition}`, '[["1"]]');

/** Queries over `members`, which has one row: none may tell that the file holds three more, nor anything of them. */
export const HIDDEN_ROW_ATTACKS: readonly Attack[] = [
  ...[...FAILING, ...COSTLY].map(inWhere),
  hiding(`SELECT count(*) FROM (SELECT ${FAILING[0]} AS found FROM members) WHERE found`, '[["1"]]'),
  hiding(`WITH m AS MATERIALIZED (SELECT * FROM members) SELECT count(*) FROM m WHERE ${FAILING[0]}`, '[["1"]]'),
  hiding(`SELECT count(*) FROM members JOIN range(3) AS r(n) ON ${FAILING[0]} AND n = id`, '[["1"]]'),
  hiding(`SELECT count(*) FROM people SEMI JOIN members ON members.id = people.id AND chr(CASE WHEN members.id = 2 THEN 65 ELSE -1 END) = 'A'`, '[["1"]]'),
  hiding(`SELECT id FROM members ORDER BY chr(${only("65", "-1")}) LIMIT 1`, '[["2"]]'),
  hiding(`SELECT max(chr(${only("65", "-1")})) FROM members`, '[["A"]]'),
  hiding(`SELECT count(*) FILTER (${FAILING[0]}) FROM members`, '[["1"]]'),
  hiding(`SELECT count(*) FROM members GROUP BY chr(${only("65", "-1")}) HAVING chr(min(65)) = 'A'`, '[["1"]]'),
  hiding(`SELECT count(*) FROM members WHERE id IN (SELECT id FROM members WHERE ${FAILING[0]})`, '[["1"]]'),
  hiding(`SELECT id FROM members QUALIFY row_number() OVER (ORDER BY chr(${only("65", "-1")})) = 1`, '[["2"]]'),
  hiding("SELECT count(*), min(id), max(id), min(country), approx_count_distinct(email) FROM members", '[["1","2","2","DE","1"]]'),
  hiding("SELECT count(*) FROM members FULL JOIN people USING (id)", '[["2"]]'),
  hiding("SELECT count(*) FROM members WHERE chr(CASE WHEN email IS NULL THEN -1 ELSE 65 END) = 'A'", '[["1"]]'),
];
