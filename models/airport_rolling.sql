{{ config(materialized='window', entity='airport', tags=['load']) }}

SELECT
  origin,
  window_end AS feature_time,
  COUNT(*) AS departures,
  AVG(dep_delay) AS avg_dep_delay,
  SUM(distance) AS miles
FROM TABLE(HOP(TABLE {{ ref('departures') }}, DESCRIPTOR(dep_ts), INTERVAL '30' MINUTE, INTERVAL '3' HOUR))
GROUP BY window_start, window_end, origin
