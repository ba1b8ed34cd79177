{{ config(materialized='event', entity='aircraft', tags=['history']) }}

SELECT
  d.tailnum,
  d.dep_ts AS feature_time,
  -- Oldest first. Two departures in one minute are told apart by flight_id, the source's tie-breaker.
  ARRAY_AGG(d.dest) OVER (
    PARTITION BY d.tailnum ORDER BY d.dep_ts ROWS BETWEEN 4 PRECEDING AND CURRENT ROW
  ) AS last_destinations,
  p.seats,
  p.built
FROM {{ ref('departures') }} AS d
LEFT JOIN {{ source('nyc', 'planes') }} AS p ON d.tailnum = p.tailnum
WHERE d.tailnum IS NOT NULL
