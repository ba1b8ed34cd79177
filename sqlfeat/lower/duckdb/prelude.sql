SET TimeZone = 'UTC';

SET max_expression_depth = 10000;

CREATE OR REPLACE TEMP MACRO wrap64(x) AS
  CAST(((x + 9223372036854775808::HUGEINT) & 18446744073709551615::HUGEINT) - 9223372036854775808::HUGEINT AS BIGINT);

CREATE OR REPLACE TEMP MACRO parse_whole(x, form) AS
  CASE
    WHEN typeof(x) = 'VARCHAR' THEN
      CASE WHEN regexp_full_match(CAST(x AS VARCHAR), form) THEN TRY_CAST(CAST(x AS VARCHAR) AS BIGINT) END
    WHEN typeof(x) IN ('DOUBLE', 'FLOAT') OR typeof(x) LIKE 'DECIMAL%' THEN
      CASE WHEN TRY_CAST(x AS DOUBLE) = trunc(TRY_CAST(x AS DOUBLE)) THEN TRY_CAST(x AS BIGINT) END
    WHEN typeof(x) LIKE '%INT' OR typeof(x) LIKE '%INTEGER' THEN TRY_CAST(x AS BIGINT)
  END;

CREATE OR REPLACE TEMP MACRO parse_int(x, form) AS TRY_CAST(parse_whole(x, form) AS INTEGER);

CREATE OR REPLACE TEMP MACRO finite_double(x) AS
  CASE WHEN abs(x) <= 1.7976931348623157e308 THEN CASE WHEN x = 0 THEN 0e0 ELSE x END END;

CREATE OR REPLACE TEMP MACRO parse_double(x, form) AS
  CASE
    WHEN typeof(x) = 'VARCHAR' THEN
      CASE WHEN regexp_full_match(CAST(x AS VARCHAR), form)
        THEN finite_double(TRY_CAST(CAST(x AS VARCHAR) AS DOUBLE)) END
    WHEN typeof(x) NOT IN ('BOOLEAN', 'DATE') AND typeof(x) NOT LIKE 'TIMESTAMP%' THEN finite_double(TRY_CAST(x AS DOUBLE))
  END;

CREATE OR REPLACE TEMP MACRO parse_boolean(x) AS
  CASE
    WHEN typeof(x) = 'BOOLEAN' THEN TRY_CAST(x AS BOOLEAN)
    WHEN lower(CAST(x AS VARCHAR)) = 'true' THEN TRUE
    WHEN lower(CAST(x AS VARCHAR)) = 'false' THEN FALSE
  END;

CREATE OR REPLACE TEMP MACRO plain_timestamp(s) AS left(replace(replace(s, 'T', ' '), 'Z', ''), 23);

CREATE OR REPLACE TEMP MACRO checked_timestamp(s) AS
  CASE WHEN strftime(TRY_CAST(s AS TIMESTAMP), '%Y-%m-%d %H:%M:%S') = left(s, 19) THEN TRY_CAST(s AS TIMESTAMP) END;

CREATE OR REPLACE TEMP MACRO parse_timestamp(x, form) AS
  CASE
    WHEN typeof(x) = 'VARCHAR' THEN
      CASE WHEN regexp_full_match(CAST(x AS VARCHAR), form)
        THEN checked_timestamp(plain_timestamp(CAST(x AS VARCHAR))) END
    WHEN typeof(x) LIKE 'TIMESTAMP%' OR typeof(x) = 'DATE' THEN date_trunc('millisecond', TRY_CAST(x AS TIMESTAMP))
  END;

CREATE OR REPLACE TEMP MACRO parse_date(x, form) AS
  CASE
    WHEN typeof(x) = 'VARCHAR' THEN
      CASE WHEN regexp_full_match(CAST(x AS VARCHAR), form) THEN TRY_CAST(CAST(x AS VARCHAR) AS DATE) END
    WHEN typeof(x) = 'DATE' THEN TRY_CAST(x AS DATE)
  END;

CREATE OR REPLACE TEMP MACRO parse_string(x) AS CAST(x AS VARCHAR);

CREATE OR REPLACE TEMP MACRO parse_decimal(x, parsed, form) AS
  CASE
    WHEN typeof(x) = 'VARCHAR' THEN CASE WHEN regexp_full_match(CAST(x AS VARCHAR), form) THEN parsed END
    WHEN parsed = x THEN parsed
  END;

CREATE OR REPLACE TEMP MACRO read_lines(path) AS TABLE
  SELECT line
  FROM read_csv(path, columns = {'line': 'VARCHAR'}, header = FALSE, auto_detect = FALSE,
                delim = chr(1), quote = '', escape = '', nullstr = chr(2))
  WHERE trim(line) <> '';

CREATE OR REPLACE TEMP MACRO as_object(line) AS
  CASE WHEN json_valid(line) THEN CASE WHEN json_type(line) = 'OBJECT' THEN line END END;
