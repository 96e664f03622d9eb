-- What each unit handled and closed in a year under review, as it reported it, one row each.
select
    report.return_no,
    report.period,
    make_date(report.period, 1, 1) as period_on,
    report.org_id,
    report.reported_on,
    coalesce(report.cases_handled, 0) as cases_handled,
    coalesce(report.cases_closed, 0) as cases_closed,
    {{ provenance('report') }}
from {{ ref('stg_mechanism__case_handling_returns') }} as report
cross join {{ ref('dim_as_of') }} as today
where report.reported_on <= today.as_of_on
