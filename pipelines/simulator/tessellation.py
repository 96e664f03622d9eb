"""A plane cut into cells around seeds, cell against cell without gap or overlap (a Voronoi diagram), and joined to larger shapes.

Belongs here: points, cells, edges and rings in plane coordinates. Two neighbours share their vertices, number by number, so whatever is
joined from cells tiles the plane as they do. What is a street or a grid stands in `city_map`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import dist
from random import Random

Point = tuple[float, float]
Ring = list[Point]
#: An edge of a cell by its ends; a cell goes round anti-clockwise, so its neighbour has the same edge the other way round.
Edge = tuple[Point, Point]

#: Vertices nearer to each other than this are one; in the units of the plane.
_ONE = 1e-7


def cells(seeds: Sequence[Point], frame: tuple[Point, Point]) -> list[Ring]:
    """The cell of each seed within a rectangle (lower left, upper right): all that is nearer to it than to any other seed. Not closed."""
    (left, low), (right, high) = frame
    corners = [(left, low), (right, low), (right, high), (left, high)]
    same: dict[tuple[int, int], Point] = {}
    return [_snapped(_cell(seed, seeds, corners), same) for seed in seeds]


def roughened(
    shapes: Sequence[Ring], seeds: Sequence[Point], is_rough: Callable[[int, int], bool], rng: Random
) -> list[Ring]:
    """The cells with bends in those edges between two of them (by number) that are said to be rough.

    A bend stays in the triangle of its edge and one of the two seeds. These triangles do not overlap, so bent edges cross no other.
    """
    owner = {edge: number for number, ring in enumerate(shapes) for edge in edges(ring)}
    bends: dict[Edge, list[Point]] = {}
    for (start, end), number in owner.items():
        other = owner.get((end, start))
        if other is None or number > other or not is_rough(number, other):
            continue
        toward = seeds[rng.choice((number, other))]
        steps = [step + rng.uniform(-0.06, 0.06) for step in (0.2, 0.4, 0.6, 0.8)]
        bent = [_between(_between(start, end, step), toward, rng.uniform(0.02, 0.25)) for step in steps]
        bends[start, end], bends[end, start] = bent, bent[::-1]
    return [[point for edge in edges(ring) for point in (edge[0], *bends.get(edge, ()))] for ring in shapes]


def joined(shapes: Iterable[Ring]) -> list[list[Ring]]:
    """The union of cells as polygons, each its outer ring (anti-clockwise) and then its holes (clockwise). Not closed."""
    inner = {edge for ring in shapes for edge in edges(ring)}
    following: dict[Point, list[Point]] = {}
    for start, end in sorted(inner):
        if (end, start) not in inner:
            following.setdefault(start, []).append(end)
    rings = list(_rings(following))
    outer = sorted((ring for ring in rings if area(ring) > 0), key=area, reverse=True)
    polygons = [[ring] for ring in outer]
    for hole in (ring for ring in rings if area(ring) < 0):
        around = min((p for p in polygons if contains(p[0], _inside(hole))), key=lambda p: area(p[0]))
        around.append(hole)
    return polygons


def edges(ring: Ring) -> Iterator[Edge]:
    """The edges of an open ring, the last one back to its start."""
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def area(ring: Ring) -> float:
    """Its area, below zero for one that goes clockwise."""
    return sum(x * v - u * y for (x, y), (u, v) in edges(ring)) / 2


def contains(ring: Ring, point: Point) -> bool:
    """Whether the point lies within the ring."""
    x, y = point
    crossed = [(a, b) for a, b in edges(ring) if (a[1] > y) != (b[1] > y)]
    return sum(x < a[0] + (y - a[1]) * (b[0] - a[0]) / (b[1] - a[1]) for a, b in crossed) % 2 == 1


def _cell(seed: Point, seeds: Sequence[Point], corners: Ring) -> Ring:
    ring = corners
    for other in sorted((other for other in seeds if other != seed), key=lambda other: dist(seed, other)):
        if dist(seed, other) > 2 * max(dist(seed, corner) for corner in ring):
            break
        ring = _nearer(ring, seed, other)
    return ring


def _nearer(ring: Ring, seed: Point, other: Point) -> Ring:
    """The part of a convex ring that is nearer to the seed than to the other point."""
    normal = (other[0] - seed[0], other[1] - seed[1])
    middle = (seed[0] + other[0]) / 2 * normal[0] + (seed[1] + other[1]) / 2 * normal[1]
    kept: Ring = []
    for start, end in edges(ring):
        before = start[0] * normal[0] + start[1] * normal[1] - middle
        after = end[0] * normal[0] + end[1] * normal[1] - middle
        if before <= 0:
            kept.append(start)
        if (before < 0 < after) or (after < 0 < before):
            kept.append(_between(start, end, before / (before - after)))
    return kept


def _snapped(ring: Ring, same: dict[tuple[int, int], Point]) -> Ring:
    """The ring with the vertices that its neighbours have, where theirs differ in the last digits only."""
    found: Ring = []
    for x, y in ring:
        at = (round(x / _ONE / 4), round(y / _ONE / 4))
        near = [(at[0] + right, at[1] + up) for right in (0, -1, 1) for up in (0, -1, 1)]
        point = next((same[key] for key in near if key in same), None) or same.setdefault(at, (x, y))
        if not found or found[-1] != point:
            found.append(point)
    return found if found[0] != found[-1] else found[:-1]


def _rings(following: Mapping[Point, list[Point]]) -> Iterator[Ring]:
    left = {start: list(ends) for start, ends in following.items()}
    while left:
        start = min(left)
        ring, at = [start], left[start].pop()
        while at != start:
            ring.append(at)
            at = left[at].pop()
        for point in ring:
            if not left.get(point, [None]):
                del left[point]
        yield ring


def _inside(ring: Ring) -> Point:
    """A point just within a ring: beside the middle of its first edge."""
    (x, y), (u, v) = ring[0], ring[1]
    side = 1 if area(ring) > 0 else -1
    return (x + u) / 2 - side * (v - y) * 1e-4, (y + v) / 2 + side * (u - x) * 1e-4


def _between(one: Point, other: Point, share: float) -> Point:
    return one[0] + (other[0] - one[0]) * share, one[1] + (other[1] - one[1]) * share
