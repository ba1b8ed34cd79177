{#- Windows. Durations are written `1 hour`, `7 days`; `by` and `on` override the entity's keys and the event time. -#}

{#- The event-time column of what the SELECT reads. -#}
{% macro event_time() %}EVENT_TIME{% endmacro %}

{#- interval('7 days'): an SQL interval. -#}
{% macro interval(length) -%}
{%- set d = duration(length) -%}
INTERVAL '{{ d.interval_count }}' {{ d.interval_unit }}
{%- endmacro %}

{#- slug('7 days'): 7d, for the names of columns. -#}
{% macro slug(length) -%}
{{ 'all' if length == 'all' else duration(length).slug }}
{%- endmacro %}

{#- partition_by(): by the keys of the model's entity, or by what is given, or not at all with by=[]. -#}
{% macro partition_by(by=none) -%}
{%- if by is none -%}PARTITION BY {{ entity_keys() }}
{%- elif by is string -%}PARTITION BY {{ by }}
{%- elif by -%}PARTITION BY {{ by | join(', ') }}
{%- endif -%}
{%- endmacro %}

{%- macro _over(by, on) -%}
{%- set partition = partition_by(by) -%}
{{ partition }}{{ ' ' if partition else '' }}ORDER BY {{ on }}
{%- endmacro %}

{#- last('1 hour'): the rows of the last hour up to this one, both edges included; last('all') has no far edge. -#}
{% macro last(length, by=none, on='EVENT_TIME') -%}
({{ _over(by, on) }} RANGE BETWEEN {{ 'UNBOUNDED' if length == 'all' else interval(length) }} PRECEDING AND CURRENT ROW)
{%- endmacro %}

{#- last_rows(5): this row and the four before it. -#}
{% macro last_rows(count, by=none, on='EVENT_TIME') -%}
{%- if count is not integer or count < 1 %}{{ raise_error('last_rows takes a whole number from 1') }}{% endif -%}
({{ _over(by, on) }} ROWS BETWEEN {{ count - 1 }} PRECEDING AND CURRENT ROW)
{%- endmacro %}

{#- over_windows('COUNT(*)', as='departures', windows=['1 hour', '1 day']): departures_1h and departures_1d. -#}
{% macro over_windows(expression, as, windows, by=none, on='EVENT_TIME') -%}
{%- if windows is string %}{{ raise_error('over_windows takes a list: windows=[...]') }}{% endif -%}
{%- for length in windows -%}
{{ expression }} OVER {{ last(length, by=by, on=on) }} AS {{ as }}_{{ slug(length) }}
{%- if not loop.last %},
{% endif %}
{%- endfor %}
{%- endmacro %}

{%- macro _rest(lengths) -%}
{%- for length in lengths if length is not none %}, {{ interval(length) }}{% endfor %}
{%- endmacro %}

{#- tumble(ref('departures'), '1 hour'): windows that touch; `offset` shifts their edges. -#}
{% macro tumble(table, size, offset=none, on='EVENT_TIME') -%}
TABLE(TUMBLE(TABLE {{ table }}, DESCRIPTOR({{ on }}){{ _rest([size, offset]) }}))
{%- endmacro %}

{#- hop(ref('departures'), slide='15 minutes', size='1 hour'): windows that overlap. -#}
{% macro hop(table, slide, size, offset=none, on='EVENT_TIME') -%}
TABLE(HOP(TABLE {{ table }}, DESCRIPTOR({{ on }}){{ _rest([slide, size, offset]) }}))
{%- endmacro %}

{#- cumulate(ref('departures'), step='1 hour', size='1 day'): windows that grow by a step up to a size. -#}
{% macro cumulate(table, step, size, offset=none, on='EVENT_TIME') -%}
TABLE(CUMULATE(TABLE {{ table }}, DESCRIPTOR({{ on }}){{ _rest([step, size, offset]) }}))
{%- endmacro %}

{#- session(ref('departures'), '30 minutes'): windows that end where nothing happens for as long as the gap. -#}
{% macro session(table, gap, by=none, on='EVENT_TIME') -%}
{%- set partition = partition_by(by) -%}
TABLE(SESSION(TABLE {{ table }}{{ ' ' if partition else '' }}{{ partition }}, DESCRIPTOR({{ on }}), {{ interval(gap) }}))
{%- endmacro %}
