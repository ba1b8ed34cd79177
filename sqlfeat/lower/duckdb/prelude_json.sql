-- JSON as Flink's parser reads it: strictly, the last of equal keys, numbers with all their digits, and nothing of what
-- follows the first value. DuckDB's own functions are lenient, take the first of equal keys and round numbers to DOUBLE.

CREATE OR REPLACE TEMP MACRO json_has_lone_surrogate(j) AS
  contains(j, '\u') AND regexp_matches(
    regexp_replace(
      regexp_replace(j, '\\\\', '', 'g'),
      '\\u[dD][89aAbB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}', '', 'g'),
    '\\u[dD][89a-fA-F]');

-- The text without the insides of its strings: what is left are brackets, commas, numbers and words.
CREATE OR REPLACE TEMP MACRO json_bare(t) AS regexp_replace(t, '(?s)"(?:[^"\\]|\\.)*"', '"', 'g');

CREATE OR REPLACE TEMP MACRO json_deepest(bare) AS
  list_reduce(
    list_transform(
      string_split(regexp_replace(bare, '[^\[\]{}]', '', 'g'), ''),
      lambda c: {'d': CASE WHEN c IN ('[', '{') THEN 1 ELSE -1 END, 'm': 1}),
    lambda a, b: {'d': a.d + b.d, 'm': greatest(a.m, a.d + b.d)}).m;

CREATE OR REPLACE TEMP MACRO json_depth_within(bare, deepest) AS
  CASE WHEN length(bare) <= deepest THEN TRUE
    WHEN length(regexp_replace(bare, '[^\[\]{}]', '', 'g')) <= 2 * deepest THEN TRUE
    ELSE json_deepest(bare) <= deepest END;

-- At most 1000 digits, and a scale of 32 bits.
CREATE OR REPLACE TEMP MACRO json_number_fits(n) AS
  length(regexp_replace(regexp_replace(n, '^-?0[.]', ''), '[^0-9]', '', 'g')) <= 1000
  AND CASE WHEN regexp_matches(n, '[eE]') THEN
      CASE WHEN length(regexp_replace(n, '^[^eE]*[eE][+-]?0*', '')) <= 10 THEN
        CAST(replace(regexp_extract(n, '[eE](.*)$', 1), '+', '') AS HUGEINT) <= 2147483647
        AND length(regexp_extract(n, '[.]([0-9]*)', 1))
          - CAST(replace(regexp_extract(n, '[eE](.*)$', 1), '+', '') AS HUGEINT) <= 2147483647
      ELSE FALSE END
    ELSE TRUE END;

CREATE OR REPLACE TEMP MACRO json_numbers_fit(bare) AS
  CASE WHEN length(bare) <= 1000 AND NOT regexp_matches(bare, '[eE][+-]?[0-9]{8}') THEN TRUE
    ELSE coalesce(list_bool_and(list_transform(
      regexp_extract_all(bare, '-?[0-9][0-9.eE+-]*'), lambda n: json_number_fits(n))), TRUE) END;

-- Names of at most 50000 UTF-16 units.
CREATE OR REPLACE TEMP MACRO json_names_fit(t) AS
  CASE WHEN length(t) <= 25000 THEN TRUE
    ELSE coalesce(list_bool_and(list_transform(
      list_transform(regexp_extract_all(t, '(?s)("(?:[^"\\]|\\.)*")[ \t\r\n]*:', 1), lambda n: json_extract_string(n, '$')),
      lambda n: length(n) + length(regexp_replace(n, '[^\x{10000}-\x{10FFFF}]', '', 'g')) <= 50000)), TRUE) END;

CREATE OR REPLACE TEMP MACRO json_is_strict(t, deepest) AS
  list_transform([json_bare(t)], lambda bare:
    NOT regexp_matches(bare, ',[ \t\r\n]*[\]}]') AND NOT regexp_matches(bare, '(?i)nan|inf')
    AND json_depth_within(bare, deepest) AND json_numbers_fit(bare))[1]
  AND json_names_fit(t);

-- The first object or array of a text that is not JSON as a whole: up to the first bracket that completes it.
CREATE OR REPLACE TEMP MACRO json_up_to(j, closing) AS
  list_transform([string_split(j, closing)], lambda parts:
    list_transform(
      list_filter(range(1, len(parts)), lambda k: json_valid(list_aggregate(parts[1:k], 'string_agg', closing) || closing))[1:1],
      lambda k: list_aggregate(parts[1:k], 'string_agg', closing) || closing)[1])[1];

CREATE OR REPLACE TEMP MACRO json_first(j) AS
  CASE WHEN json_valid(j) THEN j
    WHEN starts_with(ltrim(j, E' \t\r\n'), '{') THEN json_up_to(j, '}')
    WHEN starts_with(ltrim(j, E' \t\r\n'), '[') THEN json_up_to(j, ']') END;

CREATE OR REPLACE TEMP MACRO json_document(j) AS
  CASE WHEN NOT json_has_lone_surrogate(j) THEN
    list_transform([json_first(j)], lambda t: CASE WHEN t IS NOT NULL AND json_is_strict(t, 1000) THEN t END)[1] END;

CREATE OR REPLACE TEMP MACRO json_strictly_valid(j) AS
  CASE WHEN j IS NULL THEN NULL
    WHEN json_has_lone_surrogate(j) OR NOT json_valid(j) THEN FALSE
    ELSE json_is_strict(j, 999) END;

-- Every number as a string of its digits; U+0001 cannot stand in JSON.
CREATE OR REPLACE TEMP MACRO json_with_texts(t) AS
  replace(replace(
    regexp_replace(t, '(?s)("(?:[^"\\]|\\.)*")|(-?[0-9][0-9.eE+-]*)', E'\\1\x01\\2\x01', 'g'),
    E'\x01\x01', ''), E'\x01', '"');

CREATE OR REPLACE TEMP MACRO json_member(t, name) AS
  list_transform([t], lambda o:
    CASE WHEN json_type(o) = 'OBJECT' THEN
      list_transform([json_keys(o)], lambda names:
        CAST(json_extract(o, '$.*') AS VARCHAR[])[len(names) + 1 - list_position(list_reverse(names), name)])[1] END)[1];

CREATE OR REPLACE TEMP MACRO json_item(t, path) AS
  list_transform([t], lambda o: CASE WHEN json_type(o) = 'ARRAY' THEN CAST(json_extract(o, path) AS VARCHAR) END)[1];

-- A number in decimal notation as Java's BigDecimal writes it.
CREATE OR REPLACE TEMP MACRO json_written(minus, digits, scale) AS
  minus || CASE
    WHEN scale = 0 THEN digits
    WHEN scale > 0 AND length(digits) - 1 - scale >= -6 THEN
      list_transform([lpad(digits, CAST(greatest(length(digits), scale + 1) AS INTEGER), '0')], lambda d:
        left(d, length(d) - scale) || '.' || right(d, scale))[1]
    ELSE
      left(digits, 1) || CASE WHEN length(digits) > 1 THEN '.' || substr(digits, 2) ELSE '' END
      || CASE WHEN length(digits) - 1 - scale = 0 THEN ''
        ELSE 'E' || CASE WHEN length(digits) - 1 - scale > 0 THEN '+' ELSE '' END
          || CAST(length(digits) - 1 - scale AS VARCHAR) END END;

CREATE OR REPLACE TEMP MACRO json_number_text(n) AS
  CASE
    -- Most numbers are written alike: whole, or with up to six digits behind the point and not a negative zero.
    WHEN regexp_full_match(n, '(0|[1-9][0-9]*)([.][0-9]{1,6})?|-[1-9][0-9]*([.][0-9]{1,6})?') THEN n
    ELSE list_transform([{
        'digits': ltrim(regexp_replace(regexp_replace(n, '[eE].*$', ''), '[^0-9]', '', 'g'), '0'),
        'scale': length(regexp_extract(n, '[.]([0-9]*)', 1))
          - CAST(coalesce(nullif(replace(regexp_extract(n, '[eE](.*)$', 1), '+', ''), ''), '0') AS BIGINT)
      }], lambda p: json_written(
        CASE WHEN starts_with(n, '-') AND p.digits <> '' THEN '-' ELSE '' END,
        CASE WHEN p.digits = '' THEN '0' ELSE p.digits END, p.scale))[1] END;

-- The scalar that a walk through a document ends at: `found` in the document, `digits` in the one with texts for numbers.
CREATE OR REPLACE TEMP MACRO json_scalar_text(found, digits) AS
  list_transform([found], lambda v: CASE json_type(v)
    WHEN 'VARCHAR' THEN json_extract_string(v, '$')
    WHEN 'BOOLEAN' THEN CAST(v AS VARCHAR)
    WHEN 'BIGINT' THEN json_extract_string(v, '$')
    WHEN 'UBIGINT' THEN json_extract_string(v, '$')
    WHEN 'DOUBLE' THEN json_number_text(json_extract_string(digits, '$'))
    END)[1];

-- The same by a path, if no name on it can be there twice; `digits` is what stands there if it is a number.
CREATE OR REPLACE TEMP MACRO json_scalar_at(t, path, digits) AS
  CASE json_type(t, path)
    WHEN 'VARCHAR' THEN json_extract_string(t, path)
    WHEN 'BOOLEAN' THEN json_extract_string(t, path)
    WHEN 'BIGINT' THEN json_extract_string(t, path)
    WHEN 'UBIGINT' THEN json_extract_string(t, path)
    WHEN 'DOUBLE' THEN json_number_text(digits)
    END;

-- The number behind a name that is there once.
CREATE OR REPLACE TEMP MACRO json_digits_of(t, name) AS
  regexp_extract(t, '"' || regexp_escape(name) || '"[ \t\r\n]*:[ \t\r\n]*(-?[0-9][0-9.eE+-]*)', 1);

-- Whether the path may be followed without a look at each object: no name on it can be there twice.
CREATE OR REPLACE TEMP MACRO json_names_once(t, names) AS
  NOT contains(t, '\') AND coalesce(list_bool_and(list_transform(names, lambda n:
    length(t) - length(replace(t, '"' || n || '"', '')) <= length(n) + 2)), TRUE);
