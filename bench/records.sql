-- The digital platform of an invented megacity: every case with all that will ever happen to it, by its number alone.
-- Parameters come from `sources`: $first, $last (numbers of cases), $rate (cases a day), $begin (the first case's moment).
-- A case's numbers between 0 and 1 come from a hash of its own number, so that any part can be made by itself, and again.
create or replace temp macro chance(case_no, salt) as (hash(case_no * 64 + salt) % 1000003) / 1000003.0;

create or replace temp macro lives(first_no, last_no, rate, begin_at) as table
with numbered as (
    select
        i as no,
        begin_at + to_microseconds(cast(floor(i * (86400000000.0 / rate)) as bigint)) as exact_at
    from range(first_no, last_no) as numbers (i)
),

drawn as (
    select
        no,
        date_trunc('second', exact_at) as reported_at,
        chance(no, 1) < 0.03 as is_refused,
        chance(no, 2) < 0.01 as is_cancelled,
        chance(no, 3) < 0.02 as is_suspended,
        chance(no, 4) < 0.03 as is_reworked,
        chance(no, 5) < 0.45 as is_public,
        cast(300 + chance(no, 6) * 1500 as integer) as filing_s,
        cast(300 + chance(no, 7) * 900 as integer) as dispatch_s,
        cast(3600 + least(-ln(1 - chance(no, 8) * 0.9999) * 1.5, 20) * 86400 as integer) as handling_s,
        cast(1800 + chance(no, 9) * 3600 as integer) as check_s,
        cast(floor(chance(no, 10) * (select count(*) from classes)) as integer) as class_no,
        cast(floor(chance(no, 11) * (select count(*) from grids)) as integer) as grid_no,
        cast(floor(chance(no, 12) * (select count(*) from units)) as integer) as unit_no,
        cast(floor(chance(no, 13) * 5000000) as integer) as person_no,
        cast(floor(chance(no, 14) * 4) as integer) as limit_no,
        chance(no, 15) as place_x,
        chance(no, 16) as place_y,
        chance(no, 17) as by_what
    from numbered
),

timed as (
    select
        *,
        case when not is_refused then reported_at + to_seconds(filing_s) end as filed_at,
        filed_at + to_seconds(dispatch_s) as dispatched_at,
        case when not is_cancelled then dispatched_at + to_seconds(handling_s) end as handled_at,
        handled_at + to_seconds(check_s) as checked_at,
        checked_at + interval 15 minute as closed_at,
        case
            when is_refused then reported_at + to_seconds(filing_s)
            when is_cancelled then dispatched_at + interval 1 hour
        end as given_up_at,
        -- Suspended and resumed between dispatch and handling, where there is room for it.
        case when is_suspended and handling_s > 21600 then dispatched_at + interval 1 hour end as suspended_at,
        suspended_at + interval 4 hour as resumed_at,
        case when is_reworked and handling_s > 21600 then handled_at - interval 30 minute end as check_failed_at
    from drawn
)

select * from timed;
