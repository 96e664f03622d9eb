-- Laws and articles that enforcement works with: names, numbers and topics, no text of the law.
select
    law_zh,
    article,
    law_en,
    topic_zh,
    topic_en,
    power_domain,
    valid_from,
    valid_to,
    strength
from {{ source('reference', 'law_articles') }}
