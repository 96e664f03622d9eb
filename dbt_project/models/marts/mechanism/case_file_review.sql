-- Reviews of case files by year, unit and scope, with what the unit handled, and its places among the units of its
-- scope. Below five files nobody is ranked.
with files as (
    select
        period,
        org_id,
        scope,
        count(*) as files,
        sum(total_score) as score_sum,
        count(*) filter (where is_failed) as failed_files,
        sum(basic_failure_count) as basic_failures
    from {{ ref('fct_case_file_review') }}
    group by all
),

-- Who reported how many cases it handled belongs to the city's review, whether files of it were drawn or not.
handled as (
    select
        period,
        org_id,
        'city' as scope,
        sum(cases_handled) as cases_handled,
        sum(cases_closed) as cases_closed
    from {{ ref('fct_case_handling_return') }}
    group by all
),

units as (
    select
        coalesce(files.period, handled.period) as period,
        coalesce(files.org_id, handled.org_id) as org_id,
        coalesce(files.scope, handled.scope) as scope,
        coalesce(files.files, 0) as files,
        coalesce(files.score_sum, 0) as score_sum,
        coalesce(files.failed_files, 0) as failed_files,
        coalesce(files.basic_failures, 0) as basic_failures,
        handled.cases_handled,
        handled.cases_closed
    from files
    full join handled on files.period = handled.period and files.org_id = handled.org_id and files.scope = handled.scope
)

select
    period,
    org_id,
    scope,
    files,
    cast(score_sum as decimal(16, 2)) as score_sum,
    failed_files,
    cast(basic_failures as bigint) as basic_failures,
    cast(cases_handled as bigint) as cases_handled,
    cast(cases_closed as bigint) as cases_closed,
    case
        when files >= 5
            then cast(rank() over (partition by period, scope, files >= 5 order by score_sum / files desc) as bigint)
    end as score_rank,
    case
        when cases_handled is not null
            then cast(
                rank() over (partition by period, scope, cases_handled is null order by cases_handled desc) as bigint
            )
    end as handled_rank,
    case
        when cases_handled > 0
            then cast(
                rank() over (
                    partition by period, scope, coalesce(cases_handled, 0) > 0
                    order by cases_closed / cases_handled desc
                ) as bigint
            )
    end as closing_rank
from units
