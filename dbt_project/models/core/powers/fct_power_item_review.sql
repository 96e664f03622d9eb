-- Reviews of the list of powers (三报三审): one row for each finding, or for its absence, of a round. What comes after
-- the as-of day has not happened.
select
    review.review_no,
    review.item_id,
    review.round_no,
    review.submitted_on,
    case when review.reviewed_on <= today.as_of_on then review.reviewed_on end as reviewed_on,
    review.reviewer_role,
    coalesce(review.finding_type, 'pending') as finding_type,
    case when review.resolved_on <= today.as_of_on then review.resolved_on end as resolved_on,
    coalesce(review.reviewed_on <= today.as_of_on, false) as is_reviewed,
    coalesce(review.reviewed_on <= today.as_of_on and review.finding_type <> 'none', false) as is_finding,
    coalesce(
        review.reviewed_on <= today.as_of_on and review.finding_type <> 'none' and review.is_resolved
        and (review.resolved_on is null or review.resolved_on <= today.as_of_on),
        false
    ) as is_resolved_finding,
    {{ provenance('review') }}
from {{ ref('stg_powers__power_item_reviews') }} as review
cross join {{ ref('dim_as_of') }} as today
where review.submitted_on <= today.as_of_on
