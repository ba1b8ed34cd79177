{{ config(materialized='view') }}

SELECT
  flight_id,
  carrier,
  flight,
  tailnum,
  origin,
  dest,
  dep_ts,
  dep_delay,
  distance
FROM {{ source('nyc', 'departures') }}
-- Cancelled flights (8,255 of 336,776) never departed: they have no event time and take no part in any feature.
WHERE dep_ts IS NOT NULL
