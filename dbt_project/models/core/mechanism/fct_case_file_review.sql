-- Case files in the yearly reviews, one row each. A basic item that fails fails the whole file: no points.
select
    review.review_no,
    review.period,
    make_date(review.period, 1, 1) as period_on,
    review.org_id,
    review.scope,
    review.case_no,
    review.reviewed_on,
    review.basic_failures,
    cast(
        coalesce(length(review.basic_failures) - length(replace(review.basic_failures, ';', '')) + 1, 0) as integer
    ) as basic_failure_count,
    review.basic_failures is not null as is_failed,
    cast(review.form_score as decimal(5, 2)) as form_score,
    cast(review.content_score as decimal(5, 2)) as content_score,
    cast(
        if(review.basic_failures is not null, 0, coalesce(review.form_score, 0) + coalesce(review.content_score, 0))
        as decimal(5, 2)
    ) as total_score,
    {{ provenance('review') }}
from {{ ref('stg_mechanism__case_file_reviews') }} as review
cross join {{ ref('dim_as_of') }} as today
where review.reviewed_on <= today.as_of_on
