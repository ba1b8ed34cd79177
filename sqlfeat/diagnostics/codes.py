"""Every diagnostic code: its title, the long text of `sqlfeat explain`, and the exit code it ends a run with."""

from __future__ import annotations

from dataclasses import dataclass

from sqlfeat.diagnostics.model import ExitCode, SqlfeatError


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What is known about a code.

    Attributes:
        title: a few words, lower case, no full stop.
        explanation: Markdown: what happened, why it is an error, an example of wrong and right.
        exit_code: what the process exits with when this is the first diagnostic of an error.
    """

    title: str
    explanation: str
    exit_code: ExitCode


# Ranges: SF00xx usage and environment, 01xx project and YAML, 02xx Jinja, 03xx SQL names and types, 04xx windows and
# time, 05xx refused because the engines differ, 06xx data, 08xx state, 09xx stores, 99xx bugs. Sorted by code.
CODES: dict[str, CodeInfo] = {
    "SF0001": CodeInfo(
        "no project here",
        """\
sqlfeat looks for `project.yml` in the folder it is started in and then in each folder above it. It found none, or the
folder named with `--project-dir` (or `SQLFEAT_PROJECT_DIR`) holds none.

Wrong:

```console
$ cd /tmp && sqlfeat compile
```

Right:

```console
$ cd my_project && sqlfeat compile
$ sqlfeat --project-dir my_project compile
```
""",
        ExitCode.USAGE,
    ),
    "SF0002": CodeInfo(
        "this form of `run` does not exist yet",
        """\
`run` without `--streaming` means "bring the features up to now". It needs a record of what was computed before, which
this version does not keep. Say which part of time you mean instead.

Wrong:

```console
$ sqlfeat run
```

Right:

```console
$ sqlfeat run --streaming                                     # from now on, with Flink
$ sqlfeat backfill --start 2013-01-01 --end 2013-02-01        # the past, with DuckDB
```
""",
        ExitCode.USAGE,
    ),
    "SF0003": CodeInfo(
        "refused to delete outside the project",
        """\
`sqlfeat clean` deletes the folder `target/` of the project and nothing else. Here `target` is a symbolic link or not a
folder, so deleting it would reach something that sqlfeat did not write.

Wrong:

```console
$ ln -s /data/shared target && sqlfeat clean
```

Right: remove the link yourself, then let sqlfeat make a folder of its own.

```console
$ rm target && sqlfeat compile
```
""",
        ExitCode.REFUSED,
    ),
    "SF0004": CodeInfo(
        "a file could not be written",
        """\
sqlfeat writes only below `target/` of the project and to the stores of the target. The operating system refused: the
disk is full, the folder belongs to another user, or it is mounted read-only.

Wrong:

```console
$ sudo sqlfeat compile && sqlfeat compile        # target/ now belongs to root
```

Right:

```console
$ sudo chown -R "$USER" target && sqlfeat compile
```
""",
        ExitCode.ENVIRONMENT,
    ),
    "SF0005": CodeInfo(
        "the start is not before the end",
        """\
A slice of time is written `--start` (included) to `--end` (excluded), both in UTC. A start at or behind the end is an
empty slice, and asking for one is nearly always a slip.

Wrong:

```console
$ sqlfeat backfill --start 2013-02-01 --end 2013-01-01
$ sqlfeat backfill --start 2013-01-01 --end 2013-01-01
```

Right: one day is written up to the day after it.

```console
$ sqlfeat backfill --start 2013-01-01 --end 2013-01-02
```
""",
        ExitCode.USAGE,
    ),
    "SF0006": CodeInfo(
        "no such diagnostic code",
        """\
`sqlfeat explain` knows the codes that sqlfeat prints in square brackets. Without an argument it lists them all.

Wrong:

```console
$ sqlfeat explain SF7777
```

Right:

```console
$ sqlfeat explain SF0001
$ sqlfeat explain
```
""",
        ExitCode.USAGE,
    ),
    "SF0007": CodeInfo(
        "the environment is not complete",
        """\
`sqlfeat debug` looked at everything that the verbs may need and found something missing or unreachable. Each failed
check names its remedy. What needs what:

| verbs | need |
| --- | --- |
| `compile`, `ls`, `docs`, `explain`, `clean` | nothing but sqlfeat |
| `backfill` | DuckDB |
| `run --streaming`, `parity` | PyFlink and Java |
| `run --streaming`, `get` | the online store of the target |

Wrong: installing sqlfeat alone and then streaming.

```console
$ pip install sqlfeat && sqlfeat run --streaming
```

Right:

```console
$ pip install 'sqlfeat[flink,redis]' && sqlfeat debug && sqlfeat run --streaming
```
""",
        ExitCode.ENVIRONMENT,
    ),
    "SF0010": CodeInfo(
        "no Java that Flink can run on",
        """\
Flink runs on Java 11, 17 or 21. sqlfeat takes the Java that `JAVA_HOME` names if it is one of these, and otherwise
the one that comes with the `flink` extra. It found neither. Only `run --streaming` and `parity` need Java.

Wrong:

```console
$ pip install sqlfeat && sqlfeat run --streaming
```

Right:

```console
$ pip install 'sqlfeat[flink]'
$ sqlfeat run --streaming
$ JAVA_HOME=/usr/lib/jvm/java-17-openjdk-amd64 sqlfeat run --streaming     # with a Java of your own
```
""",
        ExitCode.ENVIRONMENT,
    ),
    "SF0011": CodeInfo(
        "PyFlink is not installed",
        """\
Flink is an extra: compiling, backfilling and reading values do without it. `run --streaming` and `parity` need it.

Wrong:

```console
$ pip install sqlfeat && sqlfeat run --streaming
```

Right:

```console
$ pip install 'sqlfeat[flink]'
$ sqlfeat run --streaming
```
""",
        ExitCode.ENVIRONMENT,
    ),
    "SF0012": CodeInfo(
        "Java did not start",
        """\
A Java was found, but its process ended before Flink in it was ready. The last lines that it wrote are shown; all of
them are in the log file named. The usual reasons are too little memory and a damaged or foreign `JAVA_HOME`.

Wrong:

```console
$ JAVA_HOME=/opt/java-for-another-processor sqlfeat run --streaming
```

Right:

```console
$ env -u JAVA_HOME sqlfeat run --streaming
```
""",
        ExitCode.ENVIRONMENT,
    ),
    "SF0101": CodeInfo(
        "unknown key",
        """\
YAML files and `config()` are read strictly: every key must be known, because a misspelt one would silently change
nothing. The keys allowed in that place are listed. Anything goes below `meta:` only.

Wrong:

```yaml
event_tim: dep_ts
```

Right:

```yaml
event_time: dep_ts
meta: {event_tim: "free form"}
```
""",
        ExitCode.FAILED,
    ),
    "SF0103": CodeInfo(
        "nothing is selected",
        """\
`--select` and `--exclude` together leave no model, or name one that does not exist. A run of nothing would look like
a success, so it is refused.

Wrong:

```console
$ sqlfeat compile --select carrier_dellays
```

Right:

```console
$ sqlfeat compile --select carrier_delays
$ sqlfeat compile --select 'carrier_*'
```
""",
        ExitCode.USAGE,
    ),
    "SF0104": CodeInfo(
        "the YAML cannot be read",
        """\
The file is not valid YAML, so nothing in it can be used. The place is where the YAML reader gave up; the cause is
there or a little before: often a missing quote or bracket, a tab, or a colon in a text without quotes.

Wrong:

```yaml
description: Delay: minutes behind schedule
```

Right:

```yaml
description: "Delay: minutes behind schedule"
```
""",
        ExitCode.FAILED,
    ),
    "SF0105": CodeInfo(
        "a key is given twice",
        """\
YAML itself would keep the last one and say nothing.

Wrong:

```yaml
name: departures
event_time: dep_ts
name: flights
```

Right:

```yaml
name: departures
event_time: dep_ts
```
""",
        ExitCode.FAILED,
    ),
    "SF0106": CodeInfo(
        "a value of the wrong type",
        """\
The value is, for example, a list where text is expected. Mind that YAML reads `yes`, `no`, `on`, `off`, numbers and
dates without quotes as something other than text.

Wrong:

```yaml
description: 2013
order_by: flight_id
```

Right:

```yaml
description: "2013"
order_by: [flight_id]
```
""",
        ExitCode.FAILED,
    ),
    "SF0107": CodeInfo(
        "a required key is missing",
        """\
Types, event times and paths are declared and never guessed, so that compiling needs no connection and no data.

Wrong:

```yaml
columns:
  - {name: carrier}
```

Right:

```yaml
columns:
  - {name: carrier, type: STRING}
```
""",
        ExitCode.FAILED,
    ),
    "SF0108": CodeInfo(
        "a value that is not allowed",
        """\
The value has the right type, but is none of those that mean something: a name with a capital letter, a length of time
without a unit, a word that is not one of the choices, a path that leads out of the project.

Wrong:

```yaml
name: Departures
lateness: 5m
```

Right:

```yaml
name: departures
lateness: 5 minutes
```
""",
        ExitCode.FAILED,
    ),
    "SF0109": CodeInfo(
        "not a type of the language",
        """\
The types of columns are those in which both engines hold the same values. The message says which they are, or what to
declare instead. Keys of entities are compared for equality, so they cannot be DOUBLE or ARRAY.

Wrong:

```yaml
- {name: amount, type: FLOAT}
- {name: at, type: TIMESTAMP}
```

Right:

```yaml
- {name: amount, type: DOUBLE}
- {name: at, type: TIMESTAMP(3)}
```
""",
        ExitCode.FAILED,
    ),
    "SF0110": CodeInfo(
        "no such column in the source",
        """\
`event_time`, `available_at`, `order_by` and `unique_key` name columns of the source they stand in.

Wrong:

```yaml
columns:
  - {name: dep_ts, type: TIMESTAMP(3)}
event_time: departed_at
```

Right:

```yaml
columns:
  - {name: dep_ts, type: TIMESTAMP(3)}
event_time: dep_ts
```
""",
        ExitCode.FAILED,
    ),
    "SF0111": CodeInfo(
        "declared twice",
        """\
Two sources, entities, models, columns or docs blocks have the same name, so a reference to it would be ambiguous. A
model is named after its file, wherever below the model paths that is.

Wrong:

```text
models/air/delays.sql
models/rail/delays.sql
```

Right:

```text
models/air/air_delays.sql
models/rail/rail_delays.sql
```
""",
        ExitCode.FAILED,
    ),
    "SF0112": CodeInfo(
        "a column that cannot do its task",
        """\
The two clocks of a source, `event_time` and `available_at`, are TIMESTAMP(3) in UTC. Columns of `order_by` and
`unique_key` hold no NULL: they decide which of two rows is the later one, or which is kept, and with a NULL among
them that would be left to chance.

Wrong:

```yaml
columns:
  - {name: ts, type: STRING}
  - {name: id, type: BIGINT, nullable: true}
event_time: ts
order_by: [id]
```

Right:

```yaml
columns:
  - {name: ts, type: TIMESTAMP(3)}
  - {name: id, type: BIGINT}
event_time: ts
order_by: [id]
```
""",
        ExitCode.FAILED,
    ),
    "SF0113": CodeInfo(
        "which target to run in",
        """\
There is no target of the name given, or there are several and none, or more than one, is marked as the default.

Wrong:

```yaml
targets:
  dev: {offline: {path: data/offline}}
  prod: {offline: {path: /srv/features}}
```

Right:

```yaml
targets:
  dev: {default: true, offline: {path: data/offline}}
  prod: {offline: {path: /srv/features}}
```
""",
        ExitCode.USAGE,
    ),
    "SF0114": CodeInfo(
        "the project requires another version of sqlfeat",
        """\
`requires:` in project.yml names a range of versions, and the one installed is not in it.

Wrong:

```yaml
requires: ">=9.0"   # with an older sqlfeat installed
```

Right:

```yaml
requires: ">=0.1,<0.2"
```
""",
        ExitCode.FAILED,
    ),
    "SF0115": CodeInfo(
        "a folder that does not exist",
        """\
`paths:` and `defaults:` name folders below the project directory. A name that is mistyped would silently leave models
out, or leave them without their defaults.

Wrong:

```yaml
paths: {models: [modles]}
```

Right:

```yaml
paths: {models: [models]}
```
""",
        ExitCode.FAILED,
    ),
    "SF0116": CodeInfo(
        "a model without a file",
        """\
A YAML file describes or configures a model, but no `.sql` file of that name is below the model paths. Either the file
was renamed or the entry is misspelt; in both cases its configuration would apply to nothing.

Wrong:

```yaml
models:
  - name: carier_delays     # the file is models/carrier_delays.sql
```

Right:

```yaml
models:
  - name: carrier_delays
```
""",
        ExitCode.FAILED,
    ),
    "SF0117": CodeInfo(
        "--vars sets an undeclared variable",
        """\
Every variable is declared in `vars:` of project.yml, with its default. One that is only given on the command line is
most likely misspelt, and would change nothing.

Wrong:

```console
# vars: {threshold: 15} in project.yml
$ sqlfeat compile --vars '{treshold: 30}'
```

Right:

```console
# vars: {threshold: 15} in project.yml
$ sqlfeat compile --vars '{threshold: 30}'
```
""",
        ExitCode.USAGE,
    ),
    "SF0118": CodeInfo(
        "the configuration of a model does not fit together",
        """\
Every model says what it is materialized as. `event` and `window` make a feature view, which needs a declared entity
to describe; `view` makes a piece of SQL that other models read, which has none.

Wrong:

```sql
{{ config(materialized='event') }}
```

Right:

```sql
{{ config(materialized='event', entity='carrier') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0119": CodeInfo(
        "not a selection",
        """\
A selection is made of terms: a name with `*` as joker, `path:`, `tag:`, `entity:` or `source:`. `+` or `2+` before a
term adds what it reads, `+` or `+2` behind it adds what reads it; `@` before it adds what reads it and all that those
read. Blanks unite, commas intersect.

Wrong:

```console
$ sqlfeat ls --select tags:delay
$ sqlfeat ls --select @carrier_delays+
```

Right:

```console
$ sqlfeat ls --select tag:delay
$ sqlfeat ls --select @carrier_delays
```
""",
        ExitCode.USAGE,
    ),
    "SF0120": CodeInfo(
        "models read each other in a circle",
        """\
Each of the models in the circle needs another one computed first. Put what they have in common into a view that both
read.

Wrong:

```sql
-- models/a.sql
SELECT * FROM {{ ref('b') }}
-- models/b.sql
SELECT * FROM {{ ref('a') }}
```

Right:

```sql
-- models/a.sql
SELECT * FROM {{ ref('common') }}
-- models/b.sql
SELECT * FROM {{ ref('common') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0201": CodeInfo(
        "the template does not parse",
        """\
The Jinja of the file is malformed: a tag that is not closed, a block without its end, or an expression that is none.

Wrong:

```sql
{% for w in ['1 hour', '1 day'] %}
COUNT(*) OVER {{ last(w) } AS departures
```

Right:

```sql
{% for w in ['1 hour', '1 day'] %}
COUNT(*) OVER {{ last(w) }} AS departures_{{ slug(w) }},
{% endfor %}
```
""",
        ExitCode.FAILED,
    ),
    "SF0202": CodeInfo(
        "an undefined name in a template",
        """\
The template uses a name that is neither set in it, nor a macro, nor a function of sqlfeat. Jinja would print nothing
for it, which would be another query than the one meant.

Wrong:

```sql
COUNT(*) OVER {{ lats('1 hour') }}
```

Right:

```sql
COUNT(*) OVER {{ last('1 hour') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0203": CodeInfo(
        "a function called wrongly",
        """\
A function or macro got too few, too many or misnamed arguments, or one of the wrong type. `config()` is called once
per model.

Wrong:

```sql
{{ source('departures') }}
{{ last('1 hour', partition='origin') }}
```

Right:

```sql
{{ source('nyc', 'departures') }}
{{ last('1 hour', by='origin') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0204": CodeInfo(
        "a tag that is not used in sqlfeat",
        """\
Every model is one file that stands by itself. SQL is shared with `ref` and with macros, which are there by name
without an import.

Wrong:

```sql
{% import 'delays.sql' as delays %}
{{ delays.delay_features(['1 hour']) }}
```

Right:

```sql
{{ delay_features(['1 hour']) }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0205": CodeInfo(
        "a value that is not SQL",
        """\
The expression gives none, a list, a mapping or a function. Printed, it would be Python's way of writing it and not
SQL.

Wrong:

```sql
PARTITION BY {{ entity('route').keys }}
```

Right:

```sql
PARTITION BY {{ entity('route') }}
PARTITION BY {{ entity('route').keys | join(', ') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0206": CodeInfo(
        "no such model",
        """\
`ref` names a model: a `.sql` file below the model paths, without the folder and the ending.

Wrong:

```sql
SELECT * FROM {{ ref('departurs') }}
```

Right:

```sql
SELECT * FROM {{ ref('departures') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0207": CodeInfo(
        "no such source",
        """\
`source` names an entry of `sources:` in a YAML file below the model paths, and one of the streams or tables in it.

Wrong:

```sql
SELECT * FROM {{ source('nyc', 'flihgts') }}
```

Right:

```sql
SELECT * FROM {{ source('nyc', 'flights') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0208": CodeInfo(
        "forbidden by the sandbox",
        """\
Templates run in a sandbox: they shape text, and reach neither files nor the inside of Python.

Wrong:

```sql
{{ ''.__class__.__mro__ }}
```

Right:

```sql
{{ 'carrier' | upper }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0209": CodeInfo(
        "an environment variable that cannot be used",
        """\
The variable is not set and no default is given. Or it is a secret, that is, its name begins with `SQLFEAT_SECRET_`,
and stands outside `targets:` of project.yml: all else is written to compiled files and to the catalog.

Wrong:

```sql
-- models/orders.sql
WHERE region = '{{ env_var('REGION') }}' AND token = '{{ env_var('SQLFEAT_SECRET_TOKEN') }}'
```

Right:

```sql
-- models/orders.sql
WHERE region = '{{ env_var('REGION', 'eu') }}'
```
""",
        ExitCode.FAILED,
    ),
    "SF0210": CodeInfo(
        "an error raised by a macro",
        """\
A macro of the project called `raise_error` with the message shown. The notes say which macro it was.

Wrong:

```sql
{{ last_rows(0) }}
```

Right:

```sql
{{ last_rows(5) }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0211": CodeInfo(
        "not a length of time",
        """\
Windows take a whole number and a unit: ms, seconds, minutes, hours, days or weeks. Months and years have no fixed
length.

Wrong:

```sql
{{ last('1h') }}
{{ last('1 month') }}
```

Right:

```sql
{{ last('1 hour') }}
{{ last('30 days') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0212": CodeInfo(
        "no such variable",
        """\
`var` reads the variables that `vars:` in project.yml declares and `--vars` overrides.

Wrong:

```sql
-- vars: {threshold: 15} in project.yml
WHERE dep_delay > {{ var('treshold') }}
```

Right:

```sql
-- vars: {threshold: 15} in project.yml
WHERE dep_delay > {{ var('threshold') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0213": CodeInfo(
        "a macro whose name is taken",
        """\
Macros are there by name in all models, so two of them cannot share one; nor can a macro have the name of a function
or macro that comes with sqlfeat.

Wrong:

```sql
{% macro last(n) %}...{% endmacro %}
```

Right:

```sql
{% macro last_flights(n) %}...{% endmacro %}
```
""",
        ExitCode.FAILED,
    ),
    "SF0214": CodeInfo(
        "no entity to take the keys from",
        """\
A window macro partitions by the keys of the model's entity. Here none is configured, or `config()` comes only later
in the file.

Wrong:

```sql
SELECT COUNT(*) OVER {{ last('1 hour') }} AS n
{{ config(materialized='event', entity='carrier') }}
```

Right:

```sql
{{ config(materialized='event', entity='carrier') }}
SELECT COUNT(*) OVER {{ last('1 hour') }} AS n
```
""",
        ExitCode.FAILED,
    ),
    "SF0215": CodeInfo(
        "an expression of a template fails",
        """\
The template is well formed, but computing the expression is not possible: a division by zero, text added to a number,
macros that call each other for ever.

Wrong:

```sql
{{ 1 / 0 }}
{{ 'departures_' + 7 }}
```

Right:

```sql
{{ 1 / 2 }}
{{ 'departures_' ~ 7 }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0216": CodeInfo(
        "a model that is disabled",
        """\
`ref` names a model that is configured with `enabled=false`, so there is nothing to read.

Wrong:

```sql
-- models/departures.sql
{{ config(materialized='view', enabled=false) }}
-- models/delays.sql
SELECT * FROM {{ ref('departures') }}
```

Right:

```sql
-- models/departures.sql
{{ config(materialized='view') }}
-- models/delays.sql
SELECT * FROM {{ ref('departures') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0217": CodeInfo(
        "no such docs block",
        """\
`doc` takes its text from a Markdown file below the model paths, between `{% docs name %}` and `{% enddocs %}`.

Wrong:

```yaml
description: "{{ doc('dealys') }}"
```

Right:

```yaml
description: "{{ doc('delays') }}"
```
""",
        ExitCode.FAILED,
    ),
    "SF0300": CodeInfo(
        "the SQL does not parse",
        """\
The rendered text of the model is not SQL that sqlfeat reads: a word is misspelled, a comma or a bracket is missing. The
caret is at the first place that makes no sense; the mistake is there or just before it.

Wrong:

```sql
SELECT user_id COUNT(*) OVER w AS n FROM {{ ref('clicks') }}
```

Right:

```sql
SELECT user_id, COUNT(*) OVER w AS n FROM {{ ref('clicks') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0301": CodeInfo(
        "column not found",
        """\
No relation in FROM has a column of that name. Names are case-insensitive. The columns of a source are those declared
in YAML; those of a model are its select list.

Wrong:

```sql
SELECT amuont FROM {{ source('shop', 'orders') }}
```

Right:

```sql
SELECT amount FROM {{ source('shop', 'orders') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0302": CodeInfo(
        "function not found",
        """\
The language has no function or aggregate of that name. The language reference lists all there are: only what both
engines compute alike.

Wrong:

```sql
SELECT TO_UPPER(country) AS country FROM {{ ref('orders') }}
```

Right:

```sql
SELECT UPPER(country) AS country FROM {{ ref('orders') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0303": CodeInfo(
        "types do not fit",
        """\
An operation was given values of types it does not take, or values that would have to be converted with a loss. Nothing
is converted silently except integers to wider ones and numbers to DOUBLE.

Wrong:

```sql
SELECT amount + country AS x FROM {{ ref('orders') }}
```

Right:

```sql
SELECT amount + 1 AS x FROM {{ ref('orders') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0304": CodeInfo(
        "column is ambiguous",
        """\
Two relations in FROM have a column of that name, so the name alone does not say which is meant.

Wrong:

```sql
SELECT origin FROM {{ ref('departures') }} AS d ASOF LEFT JOIN {{ source('nyc', 'weather') }} AS w ON ...
```

Right:

```sql
SELECT d.origin FROM {{ ref('departures') }} AS d ASOF LEFT JOIN {{ source('nyc', 'weather') }} AS w ON ...
```
""",
        ExitCode.FAILED,
    ),
    "SF0305": CodeInfo(
        "relation not found",
        """\
A table, alias or window of that name does not exist here. Tables are named with `ref()` and `source()`, so that
sqlfeat knows what depends on what; a plain name can only be a CTE.

Wrong:

```sql
SELECT * FROM orders
```

Right:

```sql
SELECT * FROM {{ source('shop', 'orders') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0306": CodeInfo(
        "not in the language",
        """\
This piece of SQL is valid elsewhere but not part of the language, because the engines do not do it alike or because it
makes no sense for events that never end (ORDER BY of the whole result, LIMIT, DISTINCT).

Wrong:

```sql
SELECT user_id, ts AS feature_time FROM {{ ref('clicks') }} ORDER BY ts
```

Right:

```sql
SELECT user_id, ts AS feature_time FROM {{ ref('clicks') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0307": CodeInfo(
        "two columns of one name",
        """\
Every column of a select list needs a name of its own; names differ only if they differ in more than case.

Wrong:

```sql
SELECT d.origin, w.origin FROM ...
```

Right:

```sql
SELECT d.origin, w.origin AS weather_origin FROM ...
```
""",
        ExitCode.FAILED,
    ),
    "SF0308": CodeInfo(
        "column without a name",
        """\
A computed column is a feature and needs a name; the engines would each invent another one.

Wrong:

```sql
SELECT amount * 2 FROM {{ ref('orders') }}
```

Right:

```sql
SELECT amount * 2 AS doubled FROM {{ ref('orders') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0309": CodeInfo(
        "in the wrong clause",
        """\
SQL evaluates WHERE first, then GROUP BY and aggregates, then window functions, then QUALIFY and the select list. Here
something is used before it exists, or a column is used that is neither grouped nor aggregated.

Wrong:

```sql
SELECT country, amount, COUNT(*) AS n FROM {{ tumble(ref('orders'), '1 hour') }}
GROUP BY window_start, window_end, country
```

Right:

```sql
SELECT country, SUM(amount) AS amount, COUNT(*) AS n FROM {{ tumble(ref('orders'), '1 hour') }}
GROUP BY window_start, window_end, country
```
""",
        ExitCode.FAILED,
    ),
    "SF0310": CodeInfo(
        "not a feature view yet",
        """\
A model with `materialized='event'` or `'window'` gives the keys of its entity under their names and with their types,
`feature_time`, and at least one feature.

Wrong:

```sql
{{ config(materialized='event', entity='user') }}
SELECT ts AS feature_time, amount FROM {{ ref('orders') }}
```

Right:

```sql
{{ config(materialized='event', entity='user') }}
SELECT user_id, ts AS feature_time, amount FROM {{ ref('orders') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0401": CodeInfo(
        "not in event-time order",
        """\
Windows follow the event time, ascending: only then does a value depend on nothing but events up to its own time. The
source's tie-breakers may follow the event time; other columns may not.

Wrong:

```sql
SUM(amount) OVER (PARTITION BY user_id ORDER BY order_id ROWS 5 PRECEDING)
```

Right:

```sql
SUM(amount) OVER (PARTITION BY user_id ORDER BY ts ROWS 5 PRECEDING)
```
""",
        ExitCode.FAILED,
    ),
    "SF0402": CodeInfo(
        "frame not possible",
        """\
A frame reaches back from the current row: so far (an interval with RANGE, a number of rows with ROWS), and up to the
row. Frames that look ahead would need the future. Frames that end earlier are possible for COUNT, SUM and what is made
of them. Aggregates that keep every value need a far edge.

Wrong:

```sql
AVG(amount) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN CURRENT ROW AND INTERVAL '1' HOUR FOLLOWING)
```

Right:

```sql
AVG(amount) OVER (PARTITION BY user_id ORDER BY ts RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW)
```
""",
        ExitCode.FAILED,
    ),
    "SF0403": CodeInfo(
        "ties are left to chance",
        """\
Several events can have the same event time. Where their order matters (ROWS frames, arrays, first and last values,
as-of joins), the source must say which columns decide it, or two runs could give two results.

Wrong:

```yaml
event_time: ts
```

Right:

```yaml
event_time: ts
order_by: [ts, event_id]
```
""",
        ExitCode.FAILED,
    ),
    "SF0404": CodeInfo(
        "event time may be missing",
        """\
The source declares its event time `nullable: true`. An event without a time has no place in any window, so the model
that reads the source says what becomes of it.

Wrong:

```sql
SELECT * FROM {{ source('nyc', 'departures') }}
```

Right:

```sql
SELECT * FROM {{ source('nyc', 'departures') }}
WHERE dep_ts IS NOT NULL  -- cancelled flights never left
```
""",
        ExitCode.FAILED,
    ),
    "SF0405": CodeInfo(
        "`feature_time` is not the event time",
        """\
A feature's time is the time of the event that made it, unchanged, or the end of its window. A time that was computed or
taken from elsewhere would let features claim to be older or newer than the events in them.

Wrong:

```sql
SELECT user_id, ts + INTERVAL '1' HOUR AS feature_time, COUNT(*) OVER w AS n FROM ...
```

Right:

```sql
SELECT user_id, ts AS feature_time, COUNT(*) OVER w AS n FROM ...
```
""",
        ExitCode.FAILED,
    ),
    "SF0406": CodeInfo(
        "aggregate without a window",
        """\
A stream never ends, so an aggregate over all of it is never finished. Say over which window: OVER for a value at every
event, a window function in FROM for a value per window.

Wrong:

```sql
SELECT user_id, COUNT(*) AS n FROM {{ ref('clicks') }} GROUP BY user_id
```

Right:

```sql
SELECT user_id, ts AS feature_time, COUNT(*) OVER {{ last('1 day') }} AS n FROM {{ ref('clicks') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0407": CodeInfo(
        "window function misused",
        """\
TUMBLE takes a size, HOP a slide and a size, CUMULATE a step and a size, SESSION a gap and the keys; a size is a whole
multiple of its slide or step. TUMBLE, HOP and CUMULATE may end with an offset.

Wrong:

```sql
FROM TABLE(HOP(TABLE {{ ref('clicks') }}, DESCRIPTOR(ts), INTERVAL '7' MINUTE, INTERVAL '1' HOUR))
```

Right:

```sql
FROM TABLE(HOP(TABLE {{ ref('clicks') }}, DESCRIPTOR(ts), INTERVAL '10' MINUTE, INTERVAL '1' HOUR))
```
""",
        ExitCode.FAILED,
    ),
    "SF0408": CodeInfo(
        "join not possible",
        """\
Joins of the language give each event what was known at its time and keep no side for ever: ASOF joins to another
stream, joins of a static table on its unique key, and interval joins.

Wrong:

```sql
FROM {{ ref('orders') }} AS o JOIN {{ ref('clicks') }} AS c ON o.user_id = c.user_id
```

Right:

```sql
FROM {{ ref('orders') }} AS o ASOF LEFT JOIN {{ ref('clicks') }} AS c ON o.user_id = c.user_id AND o.ts >= c.ts
```
""",
        ExitCode.FAILED,
    ),
    "SF0501": CodeInfo(
        "refused: the engines differ, or the value is not a function of events",
        """\
The engines know this function but give different values for some input, or its value depends on something other than
events, such as the clock. The message says which, and what to write instead.

Wrong:

```sql
SELECT NOW() - ts AS age FROM {{ ref('clicks') }}
```

Right: keep `ts`, and compute the age where the feature is read.
""",
        ExitCode.FAILED,
    ),
    "SF0502": CodeInfo(
        "refused: this cast",
        """\
A cast that can fail would stop the stream at the first bad value, and the engines do not agree on what is bad. TRY_CAST
gives NULL instead, by one rule. Casts to text are refused where the engines write a value differently.

Wrong:

```sql
SELECT CAST(answer AS BIGINT) AS answer FROM {{ ref('survey') }}
```

Right:

```sql
SELECT TRY_CAST(answer AS BIGINT) AS answer FROM {{ ref('survey') }}
```
""",
        ExitCode.FAILED,
    ),
    "SF0601": CodeInfo(
        "the history of a source is missing",
        """\
A backfill reads the history of each source its models use. No file matches the path that the source declares. Paths
start at the project directory, whatever the current one is; `*` and `**` stand for parts of names and for folders.

Wrong: the files are in `data/history/flights/`.

```yaml
history: {format: parquet, path: history/flights/*.parquet}
```

Right:

```yaml
history: {format: parquet, path: data/history/flights/*.parquet}
```
""",
        ExitCode.FAILED,
    ),
    "SF0602": CodeInfo(
        "the history of a source cannot be read",
        """\
A file is there, but it is not what `history: format:` says, or it was not written to its end.

Wrong:

```yaml
history: {format: parquet, path: data/flights.csv}
```

Right:

```yaml
history: {format: csv, path: data/flights.csv}
```
""",
        ExitCode.FAILED,
    ),
    "SF0603": CodeInfo(
        "a declared column is not in the history",
        """\
The files of the history are looked at before anything is computed. A column that the source declares is not in them.
Names are compared without regard to case. (In a history of JSON lines an absent name is a NULL, so it is not checked.)

Wrong: the file has `dep_delay`.

```yaml
columns:
  - {name: depdelay, type: INT}
```

Right:

```yaml
columns:
  - {name: dep_delay, type: INT}
```
""",
        ExitCode.FAILED,
    ),
    "SF0604": CodeInfo(
        "computing a feature view failed",
        """\
DuckDB began to compute the feature view and met a value it could not handle, most often a number beyond the range of
its type. Rows that do not fit the *declaration* of their source never get this far: they go to the reject log.

Wrong: the sum of a week does not fit.

```sql
SUM(distance_in_millimetres) OVER week AS way
```

Right: keep the numbers small enough for their type.

```sql
SUM(distance_in_miles) OVER week AS way
```
""",
        ExitCode.FAILED,
    ),
    "SF0605": CodeInfo(
        "out of memory",
        """\
DuckDB uses up to four fifths of the memory and spills the rest to `target/tmp`; here neither was enough.

Wrong: years at once, on a small machine with a full disk.

```console
$ sqlfeat backfill
```

Right: a month at a time. The result is the same.

```console
$ sqlfeat backfill --start 2013-01-01 --end 2013-02-01
$ sqlfeat backfill --start 2013-02-01 --end 2013-03-01
```
""",
        ExitCode.ENVIRONMENT,
    ),
    "SF0606": CodeInfo(
        "a source has no history",
        """\
`backfill` and `parity` read the past of a source from its `history:`. This one declares only where it lives as a
stream, so there is no past to compute.

Wrong:

```yaml
streams:
  - name: flights
    stream: {connector: filesystem, path: data/flights.jsonl, format: json}
```

Right:

```yaml
streams:
  - name: flights
    stream: {connector: filesystem, path: data/flights.jsonl, format: json}
    history: {format: parquet, path: data/flights/*.parquet}
```
""",
        ExitCode.FAILED,
    ),
    "SF0607": CodeInfo(
        "the path of the project cannot be given to DuckDB",
        """\
Programs name files relative to the project, so DuckDB is told where the project is. It splits that setting at commas
and reads `*`, `?` and `[` in it as patterns, and there is no way to tell it otherwise.

Wrong:

```console
$ cd "/home/ann/features, new" && sqlfeat backfill
```

Right:

```console
$ ln -s "/home/ann/features, new" /home/ann/features && cd /home/ann/features && sqlfeat backfill
```
""",
        ExitCode.ENVIRONMENT,
    ),
    "SF0611": CodeInfo(
        "the stored rows have other columns",
        """\
A feature view is stored with the columns it had when it was first backfilled. The model now gives others. Storing both
side by side would leave a history that changes its shape on some day, so it is refused.

Wrong: a column was added, and only January is computed again.

```console
$ sqlfeat backfill --select carrier_delays --start 2013-01-01 --end 2013-02-01
```

Right: compute everything again. The flag deletes what is stored of the selected models first.

```console
$ sqlfeat backfill --select carrier_delays --full-refresh
```
""",
        ExitCode.REFUSED,
    ),
    "SF0612": CodeInfo(
        "another backfill is writing",
        """\
One process at a time may change what is stored of a feature view. The lock belongs to the process and is gone when that
process is, however it ended: there is never a lock file to delete.

Wrong: two at once.

```console
$ sqlfeat backfill --start 2013-01-01 --end 2013-02-01 &
$ sqlfeat backfill --start 2013-02-01 --end 2013-03-01
```

Right: one after the other, or different models at once.

```console
$ sqlfeat backfill --start 2013-01-01 --end 2013-03-01
```
""",
        ExitCode.FAILED,
    ),
    "SF0613": CodeInfo(
        "the offline store is damaged",
        """\
Beside the days of a feature view lies `_sqlfeat.json`, which says what is stored. It is missing although there are
days, or it does not hold what sqlfeat wrote. Without it nobody knows which definition the stored rows came from.

Wrong: tidying up by hand.

```console
$ rm data/offline/carrier_delays/_sqlfeat.json
```

Right: delete the whole folder, or let a backfill do so.

```console
$ sqlfeat backfill --select carrier_delays --full-refresh
```
""",
        ExitCode.REFUSED,
    ),
    "SF0614": CodeInfo(
        "nothing is stored of a feature view",
        """\
The offline store of the target has no rows of this feature view: it was never backfilled there.

Wrong: reading another target than the one that was written.

```console
$ sqlfeat --target prod backfill
```

Right:

```console
$ sqlfeat --target dev backfill
```
""",
        ExitCode.FAILED,
    ),
    "SF0801": CodeInfo(
        "Flink refuses the compiled SQL",
        """\
sqlfeat compiles only what it knows Flink to accept, yet Flink's planner did not accept this. The message is Flink's
own, about the SQL in `target/compiled/flink/`. Please report it with the model: either the compiler should have
refused the model with a better reason, or it should have compiled it differently.

Wrong: the model as it is. Right: leave it out of the run until then.

```console
$ sqlfeat run --streaming --exclude that_model
```
""",
        ExitCode.FAILED,
    ),
    "SF0802": CodeInfo(
        "the Flink job failed",
        """\
The job was accepted and started, and then ended with an error. The deepest cause is shown; the whole story is in
Flink's log, `target/flink.log`. Rows written before the failure are correct, and running again is safe: an older row
never replaces a newer one.

Frequent causes: too little memory, a full disk, or the file of a source that was overwritten while the job read it.

Wrong:

```console
$ cp december.jsonl data/flights.jsonl                                          # while a run reads it
```

Right:

```console
$ cp december.jsonl data/new.jsonl && mv data/new.jsonl data/flights.jsonl      # a run reads the old one to its end
```
""",
        ExitCode.FAILED,
    ),
    "SF0803": CodeInfo(
        "a source has no stream",
        """\
`history:` says where a source's past lies, for DuckDB; `stream:` says where Flink reads it. A feature view can be
streamed when every source behind it, static tables included, has a `stream:`.

Wrong:

```yaml
- name: flights
  history: {format: parquet, path: data/flights.parquet}
```

Right:

```yaml
- name: flights
  history: {format: parquet, path: data/flights.parquet}
  stream: {connector: filesystem, path: data/flights.jsonl, format: json}
```
""",
        ExitCode.FAILED,
    ),
    "SF0804": CodeInfo(
        "the stream's file is missing",
        """\
The `stream:` of a source names a file or folder that does not exist. A path is relative to the folder that holds
`project.yml`, wherever sqlfeat is started.

Wrong:

```yaml
stream: {connector: filesystem, path: ../flights.jsonl, format: json}
```

Right:

```yaml
stream: {connector: filesystem, path: data/flights.jsonl, format: json}
```
""",
        ExitCode.FAILED,
    ),
    "SF0901": CodeInfo(
        "no row for this key",
        """\
The online store answered, and holds no row of the feature view for this key: no event of this entity was streamed
yet, or the key is spelled differently in the events (text keys are compared exactly, upper and lower case too). An
online store that does not answer is another error, SF0902, with another exit code.

Wrong:

```console
$ sqlfeat get carrier_delays --key carrier=ua
```

Right:

```console
$ sqlfeat run --streaming --select carrier_delays
$ sqlfeat get carrier_delays --key carrier=UA
```
""",
        ExitCode.FAILED,
    ),
    "SF0902": CodeInfo(
        "the online store cannot be reached",
        """\
Redis does not answer at the URL of the target, or refuses the user or password, or the SQLite file cannot be opened
or written. Nothing is known about the key or the rows in question. Passwords are never shown.

Wrong:

```yaml
online: {type: redis, url: "redis://127.0.0.1:6380/0"}     # nothing listens there
```

Right:

```yaml
online: {type: redis, url: "redis://127.0.0.1:6379/0"}
```
""",
        ExitCode.ENVIRONMENT,
    ),
    "SF0903": CodeInfo(
        "the package `redis` is not installed",
        """\
The target's online store is Redis, whose client is an extra.

Wrong:

```console
$ pip install 'sqlfeat[flink]' && sqlfeat --target redis run --streaming
```

Right:

```console
$ pip install 'sqlfeat[flink,redis]'
$ sqlfeat --target redis run --streaming
```
""",
        ExitCode.ENVIRONMENT,
    ),
    "SF0904": CodeInfo(
        "a key or tie-breaker that an online store cannot hold",
        """\
An online store finds a row by the text of its key and keeps the newest by the text of its version. A DOUBLE has
several texts for nearly the same number, and an ARRAY has none that sorts; neither can be a key or an `order_by`
column of a feature view that is written online.

Wrong:

```yaml
entities:
  - {name: cell, keys: [{name: latitude, type: DOUBLE}]}
```

Right:

```yaml
entities:
  - {name: cell, keys: [{name: latitude, type: "DECIMAL(7,4)"}]}
```
""",
        ExitCode.FAILED,
    ),
    "SF0905": CodeInfo(
        "the key does not fit the feature view",
        """\
`get` needs a value for each key column of the feature view's entity, and for no other column, written as a value of
the column's type.

Wrong:

```console
$ sqlfeat get route_counters --key origin=JFK --key destination=LAX
```

Right:

```console
$ sqlfeat get route_counters --key origin=JFK --key dest=LAX
```
""",
        ExitCode.FAILED,
    ),
    "SF0906": CodeInfo(
        "no such feature view",
        """\
The project has no model of that name with features. A model with `materialized='view'` is staging: it is inlined into
the models that `ref` it and is not stored anywhere.

Wrong:

```console
$ sqlfeat get departures --key carrier=UA
```

Right:

```console
$ sqlfeat get carrier_delays --key carrier=UA
```
""",
        ExitCode.FAILED,
    ),
    "SF9901": CodeInfo(
        "a bug in sqlfeat",
        """\
sqlfeat met a situation that its authors did not think of. This is never the fault of the project. The message names a
log file with the full traceback: please report it together with that file and, if you can, the model that was being
worked on.

Wrong, and reported as such: a traceback of Python as an answer to a mistake in a model.

Right: a diagnostic with a place and a remedy. A report is how one becomes the other.
""",
        ExitCode.BUG,
    ),
    "SF9902": CodeInfo(
        "DuckDB does not accept what was compiled",
        """\
The compiler wrote SQL that DuckDB does not understand. What a project says can never be the cause, since everything
that compiles must run: please report it with the file below `target/compiled/duckdb/`.

Wrong, and reported as such: an error of the engine as an answer to a model.

Right: the same model computed, or refused by `sqlfeat compile` with a reason.
""",
        ExitCode.BUG,
    ),
}


def exit_code_of(error: SqlfeatError) -> ExitCode:
    """The exit code of an error: that of its first diagnostic's code."""
    info = CODES.get(error.diagnostics[0].code)
    return info.exit_code if info else ExitCode.FAILED
