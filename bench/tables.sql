-- The tables that the megacity's sources deliver, made of the lives of its cases (records.sql).
-- The platform's table of cases as it stands at `seen_at`; of those, the rows that changed after `since_at`.
create or replace temp macro t_case(first_no, last_no, rate, begin_at, since_at, seen_at) as table
with seen as (
    select
        *,
        case when filed_at <= seen_at then filed_at end as inst,
        case when dispatched_at <= seen_at then dispatched_at end as dispatch,
        case when handled_at <= seen_at then handled_at end as dispose,
        case when checked_at <= seen_at then checked_at end as verified,
        case when closed_at <= seen_at then closed_at end as archive,
        case when given_up_at <= seen_at then given_up_at end as given_up,
        case when suspended_at <= seen_at then suspended_at end as hung,
        case when resumed_at <= seen_at then resumed_at end as resumed,
        case when check_failed_at <= seen_at then check_failed_at end as failed,
        greatest(reported_at, inst, dispatch, dispose, verified, archive, given_up, hung, resumed, failed) as updated
    from lives(first_no, last_no, rate, begin_at)
    where reported_at <= seen_at
)

select
    cast(no as varchar) as rec_id,
    strftime(reported_at, '%Y%m%d') || lpad(cast(no % 1000000 as varchar), 6, '0') as task_num,
    classes.type_id,
    classes.class_code as small_type_code,
    classes.name_zh as small_type_name,
    case when is_public then cast(2 + cast(floor(by_what * 4) as integer) as varchar) else '1' end as event_src_id,
    case when is_public then '虚构市民' || cast(person_no as varchar) else '虚构监督' || cast(person_no % 3000 as varchar) end as report_man,
    case when is_public then '100' || lpad(cast(person_no as varchar), 8, '0') end as report_tel,
    grids.name_zh || '测试路' || cast(person_no % 300 as varchar) || '号门前发现' || classes.name_zh || '，请派人处理' as event_desc,
    grids.name_zh || '测试路' || cast(person_no % 300 as varchar) || '号' as address,
    round(grids.lon + (place_x - 0.5) / 100, 6) as coordinate_x,
    round(grids.lat + (place_y - 0.5) / 100, 6) as coordinate_y,
    grids.grid_code as cell_id,
    -- One in two thousand has a street that no table knows: the contract's to find.
    case when no % 2000 = 7 then '999' else grids.street_code end as street_id,
    case when dispatch is not null then units.unit_code end as dispose_unit_id,
    [8, 12, 3, 5][limit_no + 1] as dispose_limit,
    ['J', 'G', 'R', 'Z'][limit_no + 1] as limit_type,
    strftime(reported_at, '%Y-%m-%d %H:%M:%S') as create_time,
    case when is_public then strftime(reported_at, '%Y-%m-%d %H:%M:%S') end as accept_time,
    strftime(inst, '%Y-%m-%d %H:%M:%S') as inst_time,
    strftime(dispatch, '%Y-%m-%d %H:%M:%S') as dispatch_time,
    strftime(dispose, '%Y-%m-%d %H:%M:%S') as dispose_time,
    strftime(verified, '%Y-%m-%d %H:%M:%S') as check_time,
    strftime(archive, '%Y-%m-%d %H:%M:%S') as archive_time,
    case
        when is_refused and given_up is not null then '21'
        when is_cancelled and given_up is not null then '90'
        when archive is not null then '61'
        when verified is not null then '60'
        when dispose is not null then '50'
        when hung is not null and resumed is null then '42'
        when dispatch is not null then '41'
        when inst is not null then '30'
        else '20'
    end as act_status,
    if(failed is null, 0, 1) as rework_num,
    if(hung is null, 0, 1) as hang_num,
    0 as postpone_num,
    if(limit_no = 0, '1', '0') as urgent_flag,
    strftime(updated, '%Y-%m-%d %H:%M:%S') as update_time
from seen
inner join classes on seen.class_no = classes.at
inner join grids on seen.grid_no = grids.at
inner join units on seen.unit_no = units.at
where updated > since_at;

-- The steps that were taken after `since_at` and up to `seen_at`.
create or replace temp macro t_case_flow(first_no, last_no, rate, begin_at, since_at, seen_at) as table
with taken as (
    select
        no,
        unit_no,
        person_no,
        unnest([
            {'code': '00', 'node': '1', 'kind': 'SB', 'from_at': reported_at, 'at': reported_at},
            {'code': '01', 'node': '2', 'kind': 'LA', 'from_at': reported_at, 'at': filed_at},
            {'code': '02', 'node': '3', 'kind': 'PQ', 'from_at': filed_at, 'at': dispatched_at},
            {'code': '03', 'node': '4', 'kind': 'GZ', 'from_at': dispatched_at, 'at': suspended_at},
            {'code': '04', 'node': '4', 'kind': 'HF', 'from_at': suspended_at, 'at': resumed_at},
            {'code': '05', 'node': '5', 'kind': 'HCBTG', 'from_at': dispatched_at, 'at': check_failed_at},
            {'code': '06', 'node': '4', 'kind': 'CZ', 'from_at': dispatched_at, 'at': handled_at},
            {'code': '07', 'node': '5', 'kind': 'HCTG', 'from_at': handled_at, 'at': checked_at},
            {'code': '08', 'node': '6', 'kind': 'JA', 'from_at': checked_at, 'at': closed_at},
            {'code': '09', 'node': '6', 'kind': 'ZF', 'from_at': reported_at, 'at': given_up_at}
        ]) as step
    from lives(first_no, last_no, rate, begin_at)
)

select
    no || '-' || step.code as flow_id,
    cast(no as varchar) as rec_id,
    step.node as node_code,
    step.kind as operate_type,
    '虚构坐席' || cast(person_no % 900 as varchar) as operator,
    case when step.node = '4' then units.unit_code else 'ZHZX' end as operator_unit_id,
    strftime(step.from_at, '%Y-%m-%d %H:%M:%S') as receive_time,
    strftime(step.at, '%Y-%m-%d %H:%M:%S') as operate_time,
    if(step.at > step.from_at + interval 3 day, '1', '0') as timeout_flag,
    cast(null as varchar) as opinion,
    strftime(step.at, '%Y-%m-%d %H:%M:%S') as update_time
from taken
inner join units on taken.unit_no = units.at
where step.at > since_at and step.at <= seen_at;
