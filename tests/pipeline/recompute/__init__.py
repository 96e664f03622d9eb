"""Three marts computed a second time, from the landing copies and the city's own files, without the warehouse.

Belongs here: the plainest way to the same figures, one record and one hour at a time. Nothing of the pipeline's reading, its contracts or
its SQL is used: where both ways agree, a mistake would have to be made twice, differently. Slow on purpose.

What the records must satisfy stands in `rules`, how a cell becomes a value in `cells`, which records hold on a day in `records`, how time
limits count in `deadlines`, whose a street is and what a code means in `city`, the figures in `closure` and `work`.
"""

from tests.pipeline.recompute.city import City
from tests.pipeline.recompute.closure import case_closure
from tests.pipeline.recompute.records import Landing
from tests.pipeline.recompute.work import demolition, squad_workload

__all__ = ["City", "Landing", "case_closure", "demolition", "squad_workload"]
