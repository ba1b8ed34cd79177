{{ config(materialized='event', entity='carrier', tags=['delay']) }}

SELECT
  carrier,
  dep_ts AS feature_time,
  {{ delay_features(['1 hour', '1 day', '7 days']) }}
FROM {{ ref('departures') }}
