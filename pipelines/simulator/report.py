"""The 2017 report's figures as a simulation has them on a day, out of its records and not out of what was asked for."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from pipelines.simulator.buildings import TOWN_TYPE, Building
from pipelines.simulator.hotline import Ticket
from pipelines.simulator.lives import Case
from pipelines.simulator.penalties import GENERAL, Penalty


def report_figures(
    cases: Sequence[Case],
    tickets: Sequence[Ticket],
    penalties: Sequence[Penalty],
    buildings: Sequence[Building],
    as_of: date,
) -> dict[str, Any]:
    """The figures by name. Counts go by what has happened by the end of the day, the last records of corrections taken as right."""
    end = datetime.combine(as_of + timedelta(days=1), time())
    bureau = [c for c in cases if c.kind == "bureau" and any(s.action == "PQ" and s.done < end for s in c.steps)]
    heard = [ticket for ticket in tickets if ticket.accepted < end]
    general = [p for p in penalties if p.procedure == GENERAL and date(2012, 1, 1) <= p.filed <= as_of]
    found = [b for b in buildings if b.area_type != TOWN_TYPE and b.discovered <= as_of]
    two_years_ago = date(as_of.year - 2, as_of.month, min(as_of.day, 28))
    area = sum(e.cents for b in buildings for e in b.demolitions if e.day <= as_of)
    return {
        "illegal_building_cases": len(found),
        "demolished_area_m2": f"{Decimal(area) / 100:.2f}",
        "new_illegal_buildings_in_two_years": sum(b.is_new and b.discovered > two_years_ago for b in found),
        "general_cases_since_2012": len(general),
        "general_cases_open": sum(p.closed > as_of for p in general),
        "platform_tasks": len(bureau),
        "platform_tasks_open": sum(not _is_closed(case, end) for case in bureau),
        "hotline_12319": sum(ticket.line == "12319" for ticket in heard),
        "phone_reports": sum(ticket.line == "phone" for ticket in heard),
        "tickets_open": sum(ticket.closed >= end for ticket in heard),
    }


def _is_closed(case: Case, end: datetime) -> bool:
    seen = [step for step in case.steps if step.done < end]
    return bool(seen) and seen[-1].action in ("JA", "QZJA")
