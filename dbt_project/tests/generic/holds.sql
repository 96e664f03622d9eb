{#- Each of the conditions is true or unknown in every row. -#}
{% test holds(model, conditions) %}

select *
from {{ model }}
where {% for condition in conditions %}not ({{ condition }}){{ ' or ' if not loop.last }}{% endfor %}

{% endtest %}
