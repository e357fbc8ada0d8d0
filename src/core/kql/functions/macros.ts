/** SQL that DuckDB has to know before plans run: small functions over its own types. */
export const DUCKDB_MACROS: readonly string[] = [
  // A sum or product as 64-bit arithmetic leaves it: wrapped around.
  `CREATE OR REPLACE MACRO weir_list(x) AS from_json(x, '["JSON"]')::VARCHAR[]`,
  'CREATE OR REPLACE MACRO weir_wrap(x) AS CASE WHEN x BETWEEN -9223372036854775808 AND 9223372036854775807 THEN x::BIGINT ELSE ((((x + 9223372036854775808) % 18446744073709551616) + 18446744073709551616) % 18446744073709551616 - 9223372036854775808)::BIGINT END',
  "CREATE OR REPLACE MACRO weir_make_list(l, n) AS '[' || coalesce(array_to_string(list_filter(l, lambda x: x <> '')[:n], ','), '') || ']'",
  "CREATE OR REPLACE MACRO weir_make_set(l, n) AS weir_unique('[' || coalesce(array_to_string(list_filter(l, lambda x: x <> ''), ','), '') || ']', n)",
  'CREATE OR REPLACE MACRO weir_round(x, d) AS round(x, d::INTEGER)',
  'CREATE OR REPLACE MACRO weir_rank(l, p) AS l[greatest(1, ceil(p / 100 * len(l) - 1e-9)::BIGINT)]',
  'CREATE OR REPLACE MACRO weir_weighted_rank(l, p) AS list_filter(l, lambda x, i: list_sum(list_transform(l[:i], lambda y: y.w)) >= p / 100 * list_sum(list_transform(l, lambda y: y.w)) - 1e-9)[1].v',
  "CREATE OR REPLACE MACRO weir_rank_min(flags) AS (length(flags) - strpos(reverse(flags), '1') + 1)::BIGINT",
  'CREATE OR REPLACE MACRO weir_wrap32(x) AS CASE WHEN x BETWEEN -2147483648 AND 2147483647 THEN x::INTEGER ELSE (((x & 4294967295) + 2147483648) % 4294967296 - 2147483648)::INTEGER END',
  'CREATE OR REPLACE MACRO weir_real_long(x) AS CASE WHEN isnan(x) OR isinf(x) THEN NULL WHEN x >= 9223372036854775807 THEN 9223372036854775807 WHEN x <= -9223372036854775808 THEN -9223372036854775808 ELSE trunc(x)::BIGINT END',
  'CREATE OR REPLACE MACRO weir_real_int(x) AS CASE WHEN x IS NULL OR isnan(x) THEN NULL ELSE greatest(-2147483648, least(2147483647, trunc(x)))::INTEGER END',
  // An IPv4 address without leading zeros.
  "CREATE OR REPLACE MACRO weir_is_ipv4(x) AS regexp_full_match(x, '(?:(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])[.]){3}(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])')",
  // A path into JSON text; text that is no JSON holds nothing.
  "CREATE OR REPLACE MACRO weir_at(x, path) AS nullif(TRY(json_extract(x, path)::VARCHAR), 'null')",
  // The engine's own text of a value is KQL's but for lists, bags, and numbers that are not short and whole.
  `CREATE OR REPLACE MACRO weir_at_text(x, path) AS list_transform([TRY(json_extract_string(x, path))], lambda t: CASE
    WHEN t IS NULL THEN ''
    WHEN starts_with(t, '{') OR starts_with(t, '[') OR (t < ':' AND regexp_full_match(t, '-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]+)?') AND NOT regexp_full_match(t, '0|-?[1-9][0-9]{0,14}'))
    THEN coalesce(weir_dynamic_text(weir_at(x, path)), '') ELSE t END)[1]`,
  // A number by itself is read by the engine; the text of anything else, and what would not be exact, by us.
  `CREATE OR REPLACE MACRO weir_at_long(x, path) AS coalesce(
    TRY_CAST(TRY_CAST(trunc(TRY_CAST(TRY(json_extract(x, path)::VARCHAR) AS DOUBLE)) AS DECIMAL(15, 0)) AS BIGINT),
    CASE WHEN weir_at(x, path) IS NOT NULL THEN weir_dynamic_long(weir_at(x, path)) END)`,
  `CREATE OR REPLACE MACRO weir_at_int(x, path) AS coalesce(
    TRY_CAST(trunc(TRY_CAST(TRY(json_extract(x, path)::VARCHAR) AS DOUBLE)) AS INTEGER),
    CASE WHEN weir_at(x, path) IS NOT NULL THEN weir_dynamic_int(weir_at(x, path))::INTEGER END)`,
  `CREATE OR REPLACE MACRO weir_at_real(x, path) AS coalesce(
    TRY_CAST(TRY(json_extract(x, path)::VARCHAR) AS DOUBLE),
    CASE WHEN weir_at(x, path) IS NOT NULL THEN weir_dynamic_real(weir_at(x, path)) END)`,
];
