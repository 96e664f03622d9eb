-- The ways by which a problem reaches the platform (问题来源).
select
    channels.channel,
    channels.name_zh,
    channels.name_en,
    channels.is_public
from (
    values
    ('collector', '监督员上报', 'Collector on patrol', false),
    ('hotline', '热线', 'Hotline', true),
    ('phone', '电话举报', 'Telephone report', true),
    ('video', '视频监控', 'Video', false),
    ('wechat', '微信', 'WeChat', true),
    ('leader', '领导交办', 'Leader', false),
    ('transfer', '部门移送', 'Transfer', false),
    ('web', '网站', 'Web', true),
    ('other', '其他', 'Other', false)
) as channels (channel, name_zh, name_en, is_public)
