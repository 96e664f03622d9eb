-- Calendar days with what reports group by, statutory holidays and make-up workdays.
select
    day as date_on,
    cast(year(day) as integer) as year_no,
    cast(quarter(day) as integer) as quarter_no,
    cast(date_trunc('month', day) as date) as month,
    cast(date_trunc('week', day) as date) as week,
    cast({{ days_between("date_trunc('week', day)", 'day') }} + 1 as integer) as weekday_no,
    is_workday,
    holiday_name
from {{ source('reference', 'calendar') }}
