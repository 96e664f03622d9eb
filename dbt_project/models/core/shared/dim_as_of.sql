-- One row: the day that this build is for. Marts take it from here, so that what has not happened by then does not
-- count.
with today as (select {{ as_of() }} as as_of_on)

select
    as_of_on,
    cast(as_of_on + interval 1 day as timestamp) as ends_at
from today
