-- Who was in service at the end of each month: one row for each entry of the roll and month; the month under way is
-- taken on the as-of date. History begins with the squads: before them the roll is not complete.
with bounds as (
    select
        today.as_of_on,
        coalesce(
            (select min(area.valid_from) from {{ ref('bridge_squad_area') }} as area),
            (select min(staff.joined_on) from {{ ref('fct_staff') }} as staff)
        ) as begins_on
    from {{ ref('dim_as_of') }} as today
),

months as (
    select distinct
        dates.month,
        least(last_day(dates.month), bounds.as_of_on) as as_of
    from {{ ref('dim_date') }} as dates
    inner join bounds on dates.date_on between bounds.begins_on and bounds.as_of_on
)

select
    staff.staff_entry || '@' || left(cast(months.month as string), 7) as staff_month,
    months.as_of,
    months.month,
    staff.staff_entry,
    staff.org_id,
    staff.squad_id,
    staff.staff_type,
    staff.is_frontline,
    {{ provenance('staff') }}
from months
inner join {{ ref('fct_staff') }} as staff
    on months.as_of >= staff.joined_on and (staff.left_on is null or months.as_of < staff.left_on)
