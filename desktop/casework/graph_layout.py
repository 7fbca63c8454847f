"""Where the nodes of a chart go: a whole graph laid out, or new nodes put beside those that stand.

Units are the chart's own: a node with its words takes about `STEP_X` by `STEP_Y`. rustworkx holds the interpreter while
it works, and its springs cost the square of the nodes: a graph is therefore cut into clusters, the clusters are laid
out as one small graph (again by this function), and each on its own; no call takes more than a few milliseconds, and
between two `told` hears how far it is and may raise to end it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

STEP_X, STEP_Y = 150.0, 110.0
CLUSTER = 60  # nodes of one call of the springs, and about what one cluster holds
_ROUNDS = 60  # of the springs
_PUSHES = 30  # rounds of pushing apart what lies on top of each other
_FEW = 4  # of such rounds where every node has a cell of its own
_CELL_X, _CELL_Y = STEP_X / 1.25, STEP_Y / 1.25
_ROOM = 2.5  # times what the nodes themselves take
_SEED = 7
_NEAREST = 1.0  # how near two nodes may be, in steps
_GOLDEN = math.pi * (3 - math.sqrt(5))

Point = tuple[float, float]
Cell = tuple[int, int]
Points = dict[str, Point]
Told = Callable[[int, int], object]
Neighbours = Mapping[str, Iterable[str]]


def _nothing(done: int, whole: int) -> None:
    """Nobody listens."""


def arrange(beside: Neighbours, told: Told = _nothing) -> Points:
    """Lay a whole graph out around (0, 0); the same graph gives the same places. `told(done, whole)` counts nodes."""
    progress = _Progress(told, len(list(beside)))
    pieces = []
    for members in _components(beside):
        chosen = set(members)
        inner = {node: sorted(chosen.intersection(beside[node])) for node in members}
        pieces.append(_tighten(_lay_out(inner, dict.fromkeys(members, 1), progress), progress))
    return {node: (round(x, 1), round(y, 1)) for node, (x, y) in _pack(pieces).items()}


def place_beside(new: Sequence[str], beside: Neighbours, placed: Mapping[str, Point]) -> Points:
    """Places for new nodes: each as near to its placed neighbours as there is room. Nothing that stands moves."""
    points = dict(placed)
    taken = {_cell(point) for point in points.values()}
    found: Points = {}
    waiting, waited = deque(new), 0
    while waiting:
        node = waiting.popleft()
        near = [points[other] for other in beside.get(node, ()) if other in points]
        if not near and waited < len(waiting) and any(other in waiting for other in beside.get(node, ())):
            waiting.append(node)  # one of its own neighbours may get a place first
            waited += 1
            continue
        waited = 0
        point = _free_place(near, points, taken)
        found[node] = points[node] = point
        taken.add(_cell(point))
    return found


def bounds(points: Iterable[Point]) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of some points; zeros for none."""
    each = list(points)
    if not each:
        return (0.0, 0.0, 0.0, 0.0)
    xs, ys = [point[0] for point in each], [point[1] for point in each]
    return (min(xs), min(ys), max(xs), max(ys))


class _Progress:
    """Counts nodes that have their place, and lets the caller end the work."""

    def __init__(self, told: Told, whole: int) -> None:
        self._told, self._whole, self._done = told, max(1, whole), 0

    def step(self, nodes: int = 0) -> None:
        self._done = min(self._whole, self._done + nodes)
        self._told(self._done, self._whole)


def _components(beside: Neighbours) -> list[list[str]]:
    """What hangs together, the largest first; single nodes come last."""
    seen: set[str] = set()
    found: list[list[str]] = []
    for start in sorted(beside):
        if start in seen:
            continue
        seen.add(start)
        members, waiting = [], [start]
        while waiting:
            node = waiting.pop()
            members.append(node)
            fresh = [other for other in beside[node] if other not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        found.append(sorted(members))
    return sorted(found, key=lambda members: (-len(members), members[0]))


def _lay_out(beside: Mapping[str, Sequence[str]], weights: Mapping[str, int], progress: _Progress) -> Points:
    """Lay one piece out. `weights`: how many nodes stand behind each, so how much room it needs."""
    if len(beside) <= CLUSTER:
        points = _springs(beside, weights, progress)
        progress.step(sum(1 for node in beside if weights[node] == 1))
        return points
    clusters = _clusters(beside)
    of = {node: number for number, members in enumerate(clusters) for node in members}
    names = [f"{number:06d}" for number in range(len(clusters))]
    joined: dict[str, set[str]] = {name: set() for name in names}
    for node, others in beside.items():
        for other in others:
            if of[other] != of[node]:
                joined[names[of[node]]].add(names[of[other]])
    sizes = {names[number]: sum(weights[node] for node in members) for number, members in enumerate(clusters)}
    centres = _lay_out({name: sorted(others) for name, others in joined.items()}, _heavier(sizes), progress)
    points = {}
    for number, members in enumerate(clusters):
        chosen = set(members)
        inner = {node: [other for other in beside[node] if other in chosen] for node in members}
        middle = centres[names[number]]
        for node, (x, y) in _lay_out(inner, weights, progress).items():
            points[node] = (middle[0] + x, middle[1] + y)
    return points


def _heavier(sizes: Mapping[str, int]) -> dict[str, int]:
    """Weights of clusters: never 1, which says «a node of the graph itself»."""
    return {name: max(2, size) for name, size in sizes.items()}


def _clusters(beside: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Cut a graph into pieces of at most CLUSTER nodes: each grows from the best linked node that is left."""
    left = set(beside)
    found = []
    for start in sorted(beside, key=lambda node: (-len(beside[node]), node)):
        if start not in left:
            continue
        members: list[str] = []
        waiting = deque([start])
        left.discard(start)
        while waiting and len(members) < CLUSTER:
            node = waiting.popleft()
            members.append(node)
            for other in beside[node]:
                if other in left and len(members) + len(waiting) < CLUSTER:
                    left.discard(other)
                    waiting.append(other)
        found.append(members)
    return found if len(found) < len(beside) else _halves(sorted(beside))


def _halves(nodes: list[str]) -> list[list[str]]:
    """What no growing cuts any smaller, in pieces by name: it must end."""
    return [nodes[at : at + CLUSTER] for at in range(0, len(nodes), CLUSTER)]


def _springs(beside: Mapping[str, Sequence[str]], weights: Mapping[str, int], progress: _Progress) -> Points:
    """Fruchterman and Reingold's springs (rustworkx), as large as what stands behind the nodes needs."""
    nodes = list(beside)
    if len(nodes) == 1:
        return {nodes[0]: (0.0, 0.0)}
    import rustworkx

    progress.step()
    place = {node: number for number, node in enumerate(nodes)}
    graph = rustworkx.PyGraph(multigraph=False)
    graph.add_nodes_from(nodes)
    graph.add_edges_from([(place[node], place[other], 1.0) for node in nodes for other in beside[node] if node < other])
    turns = {
        number: (math.cos(number * _GOLDEN) * math.sqrt(number + 1), math.sin(number * _GOLDEN) * math.sqrt(number + 1))
        for number in range(len(nodes))
    }
    laid = rustworkx.spring_layout(graph, pos=turns, num_iter=_ROUNDS, seed=_SEED)
    radius = math.sqrt(sum(weights.values())) * 0.7
    points = {
        node: (laid[number][0] * radius * STEP_X, laid[number][1] * radius * STEP_Y) for node, number in place.items()
    }
    if max(weights.values()) == 1:
        return points
    return _spread(points, weights)


def _spread(points: Points, weights: Mapping[str, int]) -> Points:
    """Push clusters apart until the room that each needs is its own."""
    radii = {node: math.sqrt(weight) * 0.6 for node, weight in weights.items()}
    names = list(points)
    places = {node: [points[node][0] / STEP_X, points[node][1] / STEP_Y] for node in names}
    for _round in range(_PUSHES):
        moved = False
        for number, one in enumerate(names):
            for other in names[number + 1 :]:
                moved |= _push(places[one], places[other], radii[one] + radii[other], number)
        if not moved:
            break
    return {node: (x * STEP_X, y * STEP_Y) for node, (x, y) in places.items()}


def _push(one: list[float], other: list[float], room: float, turn: int) -> bool:
    """Move two places apart to a distance, half the way each; whether they were too near."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    distance = math.hypot(dx, dy)
    if distance >= room:
        return False
    if distance < 1e-6:
        dx, dy, distance = math.cos(turn), math.sin(turn), 1.0
    push = (room - distance) / 2 + 1e-3
    one[0] -= dx / distance * push
    one[1] -= dy / distance * push
    other[0] += dx / distance * push
    other[1] += dy / distance * push
    return True


def _pack(pieces: list[Points]) -> Points:
    """Put the pieces side by side on shelves about twice as wide as high, the largest first."""
    boxes = [bounds(piece.values()) for piece in pieces]
    area = sum((right - left + STEP_X) * (bottom - top + STEP_Y) for left, top, right, bottom in boxes)
    width = max([math.sqrt(area * 1.8), *(right - left + STEP_X for left, _top, right, _bottom in boxes)], default=0.0)
    packed: Points = {}
    x = y = height = 0.0
    for piece, (left, top, right, bottom) in zip(pieces, boxes, strict=True):
        wide, high = right - left + STEP_X, bottom - top + STEP_Y
        if x > 0 and x + wide > width + 1:
            x, y, height = 0.0, y + height, 0.0
        packed.update({node: (at[0] - left + x, at[1] - top + y) for node, at in piece.items()})
        x, height = x + wide, max(height, high)
    left, top, right, bottom = bounds(packed.values())
    return {node: (at[0] - (left + right) / 2, at[1] - (top + bottom) / 2) for node, at in packed.items()}


def _tighten(points: Points, progress: _Progress) -> Points:
    """Take out the empty room that clusters leave between them; where nodes then share a place, one goes beside it."""
    if len(points) == 1:
        return points
    left, top, right, bottom = bounds(points.values())
    wide, high = max(right - left, STEP_X) / STEP_X, max(bottom - top, STEP_Y) / STEP_Y
    side = math.sqrt(_ROOM * len(points))
    across, down = min(1.0, max(0.05, side * 1.2 / wide)), min(1.0, max(0.05, side / 1.2 / high))
    middle = ((left + right) / 2, (top + bottom) / 2)
    nearer = {node: ((x - middle[0]) * across, (y - middle[1]) * down) for node, (x, y) in points.items()}
    if across == down == 1.0:
        return _apart(nearer, progress, _PUSHES)
    taken: set[Cell] = set()
    full: dict[Cell, int] = {}
    for number, node in enumerate(sorted(nearer, key=lambda each: (math.hypot(*nearer[each]), each))):
        if number % 200 == 0:
            progress.step()
        cell = _cell(nearer[node])
        if cell in taken:
            cell = _free_cell(cell, taken, full)
            nearer[node] = (cell[0] * _CELL_X, cell[1] * _CELL_Y)
        taken.add(cell)
    return _apart(nearer, progress, _FEW)


def _free_cell(cell: Cell, taken: set[Cell], full: dict[Cell, int]) -> Cell:
    """The nearest cell that is free, ring by ring. `full`: how many rings around a cell are known to be taken."""
    reach = full.get(cell, 0)
    while True:
        reach += 1
        free = [found for x, y in _ring(reach) if (found := (cell[0] + x, cell[1] + y)) not in taken]
        if free:
            full[cell] = reach - 1
            return min(free, key=lambda found: (math.dist(found, cell), found))


@lru_cache(maxsize=256)
def _ring(reach: int) -> tuple[Cell, ...]:
    """Steps to the cells that are so far away across or down."""
    sides = [(way, side) for side in range(-reach, reach + 1) for way in (-reach, reach)]
    return (*sides, *((side, way) for side in range(1 - reach, reach) for way in (-reach, reach)))


def _apart(points: Points, progress: _Progress, rounds: int) -> Points:
    """Push single nodes apart where one lies on another, looking at the cells around each only."""
    places = {node: [x / STEP_X, y / STEP_Y] for node, (x, y) in points.items()}
    for _round in range(rounds):
        progress.step()
        cells: dict[Cell, list[str]] = {}
        for node, (x, y) in places.items():
            cells.setdefault((math.floor(x), math.floor(y)), []).append(node)
        moved = False
        for (column, row), here in cells.items():
            for number, one in enumerate(here):
                for other in here[number + 1 :]:
                    moved |= _push(places[one], places[other], _NEAREST, number)
                for near in ((column + 1, row), (column, row + 1), (column + 1, row + 1), (column - 1, row + 1)):
                    for other in cells.get(near, ()):
                        moved |= _push(places[one], places[other], _NEAREST, number)
        if not moved:
            break
    return {node: (x * STEP_X, y * STEP_Y) for node, (x, y) in places.items()}


def _cell(point: Point) -> Cell:
    return (round(point[0] / _CELL_X), round(point[1] / _CELL_Y))


def _free_place(near: list[Point], points: Points, taken: set[Cell]) -> Point:
    """The nearest free place around the neighbours; without any, below all that stands."""
    if not near:
        left, _top, _right, bottom = bounds(points.values())
        x, y = (left, bottom + STEP_Y) if points else (0.0, 0.0)
        while _cell((x, y)) in taken:
            x += STEP_X
        return (round(x, 1), round(y, 1))
    middle = (sum(x for x, _ in near) / len(near), sum(y for _, y in near) / len(near))
    for turn in range(1, 100_000):
        reach = 0.55 * math.sqrt(turn)
        angle = turn * _GOLDEN
        x, y = middle[0] + math.cos(angle) * reach * STEP_X, middle[1] + math.sin(angle) * reach * STEP_Y
        if _cell((x, y)) not in taken:
            return (round(x, 1), round(y, 1))
    raise AssertionError("a plane is larger than the places on it")
