{{ config(materialized='window', entity='airport', tags=['load']) }}

SELECT
  origin,
  window_end AS feature_time,
  COUNT(*) AS departures,
  COUNT(DISTINCT carrier) AS carriers,
  COUNT(*) FILTER (WHERE dep_delay > 15) AS delayed,
  MAX(dep_delay) AS max_dep_delay
FROM TABLE(TUMBLE(TABLE {{ ref('departures') }}, DESCRIPTOR(dep_ts), INTERVAL '1' HOUR))
GROUP BY window_start, window_end, origin
