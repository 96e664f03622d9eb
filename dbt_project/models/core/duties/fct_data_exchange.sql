-- Exchanges with other departments (数据交换) up to the as-of date; an answer after it is none yet.
select
    exchanges.exchange_no,
    exchanges.kind,
    exchanges.dataset,
    exchanges.partner_org,
    exchanges.direction,
    exchanges.due_on,
    exchanges.exchanged_on,
    exchanges.due_on is not null as is_dated,
    coalesce(exchanges.exchanged_on <= exchanges.due_on, false) as is_on_time,
    coalesce(exchanges.rows_sent, 0) as rows_sent,
    coalesce(exchanges.rows_rejected, 0) as rows_rejected,
    case when exchanges.answered_on <= today.as_of_on then exchanges.answered_on end as answered_on,
    case
        when exchanges.answered_on <= today.as_of_on
            then cast({{ days_between('exchanges.exchanged_on', 'exchanges.answered_on') }} as integer)
    end as answer_days,
    {{ provenance('exchanges') }}
from {{ ref('stg_registers__data_exchanges') }} as exchanges
cross join {{ ref('dim_as_of') }} as today
where exchanges.exchanged_on <= today.as_of_on
