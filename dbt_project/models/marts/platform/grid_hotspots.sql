-- Cells that have more of something than they are used to: the cases of a week against the cell's own mean of the 52
-- weeks before. The score is the signed root of the Poisson deviance, roughly in standard deviations: 3 and more is
-- remarkable.
with observed as (
    select
        cell.week,
        cell.grid_code,
        cell.event_class,
        cell.cases,
        -- Weeks before the first case of the city were not observed, so that they are not weeks of zero.
        least(52, cast({{ days_between('min(cell.week) over ()', 'cell.week') }} / 7 as bigint)) as weeks_before,
        coalesce(
            sum(cell.cases) over (
                partition by cell.grid_code, cell.event_class
                order by cell.week
                range between interval 364 day preceding and interval 7 day preceding
            ),
            0
        ) as cases_before,
        cell.week + interval 7 day <= today.ends_at as is_whole_week
    from {{ ref('agg_case_week') }} as cell
    cross join {{ ref('dim_as_of') }} as today
    where cell.grid_code <> 'unknown'
),

-- Half a case in one more week: a cell without a history is unusual, not infinitely so.
expecting as (
    select
        *,
        (cases_before + 0.5) / (weeks_before + 1) as expected
    from observed
    where cases >= 2
)

select
    week,
    grid_code,
    event_class,
    cast(cases as bigint) as cases,
    cast(cases_before as bigint) as cases_before,
    cast(weeks_before as integer) as weeks_before,
    cast(expected as decimal(12, 4)) as expected,
    cast(
        sign(cases - expected) * sqrt(greatest(2 * (cases * ln(cases / expected) - (cases - expected)), 0))
        as decimal(12, 4)
    ) as score,
    is_whole_week
from expecting
