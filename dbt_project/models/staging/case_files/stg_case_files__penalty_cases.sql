-- Penalty cases as they are held on the as-of date.
-- What nobody needs further on stays behind: texts, masks, and the hashes of people who are not linked.
with source as (
    select *
    from {{ source('raw', 'penalty_cases') }}
    where {{ is_held_on(as_of()) }}
),

renamed as (
    select
        case_no,
        procedure,
        cause,
        source as case_source,
        party_kind,
        street_code,
        squad_id,
        power_item_code,
        officer_1_hash,
        officer_2_hash,
        filed_on,
        notified_on,
        hearing_requested_on,
        hearing_notified_on,
        hearing_held_on,
        legal_reviewed_on,
        decided_on,
        decision_no,
        penalty_kinds,
        fine_yuan,
        confiscated_yuan,
        correction,
        is_corrected,
        served_on,
        paid_on,
        paid_yuan,
        surcharge_yuan,
        collect_mode,
        published_on,
        closed_on,
        close_type,
        archived_on,
        {{ provenance() }}
    from source
)

select *
from renamed
