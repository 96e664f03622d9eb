"""What lies on each squad's desk: its tasks for each officer, and from when on that is called heavy. The one definition that every page takes.

Belongs here: the reckoning and the verdict. How they are shown belongs to the pages.
"""

from pipelines.publish.site.source import Release, Row
from pipelines.publish.site.words import Text, t

#: A squad's load is called heavy from so many times the median of all squads on, and light below so many.
HEAVY, LIGHT = 1.25, 0.75
#: On fewer tasks nobody is judged, where the city does not say how many.
FEWEST = 30
#: Of the bureau's own tasks that were filed in the last twelve whole months, and of those open on the day.
_DESK = """
with last_year as (
    select squad_id, sum(platform_tasks)::bigint as tasks from marts.squad_workload
    where month >= date_trunc('month', ?::date) - interval 12 months and month < date_trunc('month', ?::date) group by squad_id
), squads as (
    select squad_id, name_zh, name_en, officers, area_km2, population from core.dim_squad
    join marts.squad_capacity as capacity using (squad_id)
    where squad_id <> 'unassigned' and capacity.month = (select max(month) from marts.squad_capacity)
), cases as (
    select squad_id, not_closed, overdue_open, handled, handling_seconds,
        month >= date_trunc('month', ?::date) - interval 12 months and month < date_trunc('month', ?::date) as is_recent
    from core.fct_case_standing where is_bureau_task and filed = 1
), counted as (
    select squad_id, sum(not_closed) as open_now, sum(overdue_open) as overdue_now,
        count(*) filter (is_recent and handled = 1) as handled,
        avg(handling_seconds) filter (is_recent and handled = 1) / 3600 as mean_hours,
        quantile_cont(handling_seconds, 0.5) filter (is_recent and handled = 1) / 3600 as median_hours,
        quantile_cont(handling_seconds, 0.9) filter (is_recent and handled = 1) / 3600 as p90_hours
    from cases group by squad_id
)
select squads.*, coalesce(tasks, 0) as tasks, coalesce(open_now, 0) as open_now, coalesce(overdue_now, 0) as overdue_now,
    coalesce(handled, 0) as handled, mean_hours, median_hours, p90_hours,
    tasks / nullif(officers, 0) as per_officer, tasks / nullif(officers, 0) / nullif(median(tasks / nullif(officers, 0)) over (), 0) as load
from squads left join last_year using (squad_id) left join counted using (squad_id) order by load desc nulls last, squad_id
"""


def fewest_cases(release: Release) -> int:
    said = release.one("select minimum_volume from core.dim_city").get("minimum_volume")
    return int(said) if said is not None else FEWEST


def desks(release: Release) -> list[Row]:
    """Each squad, the heaviest load first: its tasks in the last twelve whole months, its officers, the tasks for each, and how many times the
    squads' median that is (`load`), with the verdict; `is_judged` is false where the tasks are too few or the officers unknown.
    """
    fewest = fewest_cases(release)
    return [_judged(row, fewest) for row in release.rows(_DESK, *[release.as_of] * 4)]


def _judged(row: Row, fewest: int) -> Row:
    load = row["load"]
    is_judged = load is not None and row["tasks"] >= fewest
    if not is_judged:
        verdict = t("件数太少，不评", "too few to judge")
    elif load >= HEAVY:
        verdict = t("偏重", "heavy")
    else:
        verdict = t("偏轻", "light") if load < LIGHT else t("正常", "usual")
    return {**row, "name": Text(row["name_zh"], row["name_en"] or ""), "verdict": verdict, "is_judged": is_judged}
