{{ config(materialized='event', entity='route', tags=['delay', 'cross']) }}

SELECT
  origin,
  dest,
  dep_ts AS feature_time,
  {%- for w in ['1 day', '7 days'] %}
  COUNT(*) OVER {{ last(w) }} AS departures_{{ slug(w) }},
  COUNT(*) FILTER (WHERE dep_delay > 15) OVER {{ last(w) }} AS delayed_{{ slug(w) }}{{ "," if not loop.last }}
  {%- endfor %}
FROM {{ ref('departures') }}
