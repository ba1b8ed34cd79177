{#- Departures, and average and maximum delay, for each of several windows: three columns per window. -#}
{% macro delay_features(windows) -%}
  {%- for w in windows %}
  COUNT(*)       OVER {{ last(w) }} AS departures_{{ slug(w) }},
  AVG(dep_delay) OVER {{ last(w) }} AS avg_dep_delay_{{ slug(w) }},
  MAX(dep_delay) OVER {{ last(w) }} AS max_dep_delay_{{ slug(w) }}
  {{- "," if not loop.last }}
  {%- endfor %}
{%- endmacro %}
