-- The hotline's tickets, with the texts that callers and clerks write.
create or replace temp macro tickets(first_no, last_no, rate, begin_at, seen_at) as table
select
    'GD' || cast(no as varchar) as "工单编号",
    ['12319', '12345热线', '电话'][cast(floor(by_what * 3) as integer) + 1] as "来源渠道",
    ['咨询', '求助', '投诉', '举报'][limit_no + 1] as "诉求类型",
    classes.name_zh || '问题' as "标题",
    '市民反映' || grids.name_zh || '测试路' || cast(person_no % 300 as varchar) || '号附近' || classes.name_zh || '，影响出行，多次出现，请尽快派人处理' as "主要内容",
    classes.class_code as "分类代码",
    '虚构市民' || cast(person_no as varchar) as "来电人",
    '100' || lpad(cast(person_no as varchar), 8, '0') as "来电号码",
    grids.name_zh || '测试路' || cast(person_no % 300 as varchar) || '号' as "地址",
    grids.street_name as "街乡镇",
    strftime(reported_at, '%Y-%m-%d %H:%M:%S') as "受理时间",
    strftime(reported_at + interval 15 day, '%Y-%m-%d %H:%M:%S') as "办理时限",
    case when handled_at <= seen_at then strftime(handled_at, '%Y-%m-%d %H:%M:%S') end as "回复时间",
    case when handled_at <= seen_at then '已到现场处理完毕，当事人已整改，感谢您的监督' end as "回复内容",
    case when closed_at <= seen_at then strftime(closed_at, '%Y-%m-%d %H:%M:%S') end as "办结时间",
    case when closed_at <= seen_at then '已办结' when is_refused then '已作废' else '办理中' end as "工单状态",
    case when closed_at <= seen_at then ['满意', '基本满意', '不满意', '未评价'][cast(floor(place_x * 4) as integer) + 1] end as "是否满意"
from lives(first_no, last_no, rate, begin_at)
inner join classes on class_no = classes.at and classes.code_scheme = 'GBT30428_2'
inner join grids on grid_no = grids.at
where reported_at <= seen_at
