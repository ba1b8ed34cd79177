{{ config(materialized='event', entity='airport', tags=['weather']) }}

SELECT
  d.origin,
  d.dep_ts AS feature_time,
  w.observed_at AS weather_observed_at,
  w.temp,
  w.wind_speed,
  w.wind_gust,
  w.precip,
  w.visib
FROM {{ ref('departures') }} AS d
ASOF LEFT JOIN {{ source('nyc', 'weather') }} AS w
  ON d.origin = w.origin AND d.dep_ts >= w.observed_at
