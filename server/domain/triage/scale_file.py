"""Owns reading a scale from TOML and refusing a wrong one with line and reason. Knows no directory."""

from server.domain.triage.rule_text import RuleText, Table, did_you_mean, tables
from server.domain.triage.scale import ACUITY_NAMES, COLOURS, SYMBOLS, Acuity, Level, LocalCriterion, Scale

MEASURED = (
    "respiration", "spo2", "systolic", "diastolic", "pulse", "temperature", "gcs", "pain", "glucose", "potassium",
)  # fmt: skip
_TOP = (
    "id", "names", "source", "red_flag", "sepsis_sirs", "danger_zone", "danger_zone_adults", "level", "criterion",
)  # fmt: skip
_LEVEL = (
    "code", "rank", "names", "colour", "symbol", "covers", "target_minutes", "reassess_after_minutes",
    "bypasses_queue", "urgent", "fractile_target", "area",
)  # fmt: skip
_CRITERION = ("vital", "at_least", "at_most", "covers", "names", "source")


def parse_scale(text: str, source: str) -> Scale:
    """A scale from the text of its TOML file; `source` names the file in complaints.

    Raises HALL_FILE_REJECTED with file, line and reason: bad syntax, a mistyped key or word, missing names, a gap or
    an overlap in ranks, in covered rows or in target times.
    """
    file = RuleText(text, source)
    data = file.parse()
    top = Table(file, data)
    top.only(_TOP)
    scale_id, names, origin = top.text("id"), top.words("names"), top.text("source")
    level_tables = tables(file, data, "level")
    if len(level_tables) < 2:
        file.refuse(file.line("level"), "a scale has at least two [[level]] tables")
    levels = [_level(table) for table in level_tables]
    _check_ranks(level_tables, levels)
    _check_cover(level_tables, levels)
    _check_times(level_tables, levels)
    criterion_tables = tables(file, data, "criterion")
    criteria = tuple(_criterion(table) for table in criterion_tables)
    _check_bands(criterion_tables, criteria)
    return Scale(
        id=scale_id,
        names=names,
        source=origin,
        levels=tuple(levels),
        criteria=criteria,
        red_flag=read_acuity(top, "red_flag", top.text("red_flag")) if "red_flag" in top.values else None,
        sepsis_sirs=_sirs(top),
        danger_zone="v5" if top.choice("danger_zone", ("v4", "v5"), "v4") == "v5" else "v4",
        danger_zone_adults=top.flag("danger_zone_adults"),
    )


def _sirs(top: Table) -> int:
    wanted = top.values.get("sepsis_sirs", 3)
    if isinstance(wanted, bool) or wanted not in (1, 2, 3):
        top.refuse(f"'sepsis_sirs' must be 1, 2 or 3, not {wanted!r}", "sepsis_sirs")
    return int(wanted)


def _level(table: Table) -> Level:
    table.only(_LEVEL)
    rank = table.values.get("rank")
    if isinstance(rank, bool) or not isinstance(rank, int) or rank < 1:
        table.refuse(f"'rank' must be a whole number from 1 (most urgent), not {rank!r}", "rank")
    fractile = table.number("fractile_target")
    if fractile is not None and not 0 < fractile <= 1:
        table.refuse(f"'fractile_target' must be a share above 0 and at most 1, not {fractile}", "fractile_target")
    return Level(
        code=table.text("code"),
        rank=rank,
        names=table.words("names"),
        colour=table.choice("colour", COLOURS),
        symbol=table.choice("symbol", SYMBOLS),
        covers=tuple(read_acuity(table, "covers", name) for name in table.texts("covers")),
        target_minutes=table.minutes("target_minutes"),
        reassess_after_minutes=table.minutes("reassess_after_minutes"),
        bypasses_queue=table.flag("bypasses_queue"),
        urgent=table.flag("urgent"),
        fractile_target=fractile,
        area=table.words("area") if "area" in table.values else None,
    )


def read_acuity(table: Table, key: str, name: str) -> Acuity:
    """The row of the yardstick written as I, II, III, IVa or IVb."""
    if name not in ACUITY_NAMES:
        known = ", ".join(ACUITY_NAMES)
        table.refuse(f"{key} {name!r} is not known{did_you_mean(name, ACUITY_NAMES)}; one of {known}", key)
    return ACUITY_NAMES[name]


def _check_ranks(where: list[Table], levels: list[Level]) -> None:
    for index, level in enumerate(levels):
        earlier = levels[:index]
        if any(level.code == other.code for other in earlier):
            where[index].refuse(f"overlap: code {level.code!r} is used twice", "code")
        if any(level.rank == other.rank for other in earlier):
            where[index].refuse(f"overlap: rank {level.rank} is used twice", "rank")
        if any((level.symbol, level.colour) == (other.symbol, other.colour) for other in earlier):
            where[index].refuse(f"overlap: {level.colour} {level.symbol} already marks another level", "symbol")
        if level.rank != index + 1:
            where[index].refuse(f"gap: rank {index + 1} expected, found {level.rank}; write levels by rank", "rank")


def _check_cover(where: list[Table], levels: list[Level]) -> None:
    reached = 0
    for table, level in zip(where, levels, strict=True):
        for acuity in level.covers:
            if acuity <= reached:
                table.refuse(f"overlap: {acuity.label} is covered twice or out of order", "covers")
            if acuity > reached + 1:
                table.refuse(f"gap: {Acuity(reached + 1).label} is covered by no level", "covers")
            reached = acuity
    if reached < max(Acuity):
        where[-1].refuse(f"gap: {Acuity(reached + 1).label} is covered by no level", "covers")


def _check_times(where: list[Table], levels: list[Level]) -> None:
    for key in ("target_minutes", "reassess_after_minutes"):
        latest: int | None = None
        for table, level in zip(where, levels, strict=True):
            minutes: int | None = getattr(level, key)
            if minutes is not None and latest is not None and minutes < latest:
                table.refuse(f"overlap: {key} {minutes} is less than that of a more urgent level ({latest})", key)
            latest = minutes if minutes is not None else latest


def _criterion(table: Table) -> LocalCriterion:
    table.only(_CRITERION)
    low, high = table.number("at_least"), table.number("at_most")
    if low is None and high is None:
        table.refuse("give 'at_least', 'at_most' or both")
    if low is not None and high is not None and low > high:
        table.refuse(f"'at_least' {low} is above 'at_most' {high}", "at_least")
    return LocalCriterion(
        vital=table.choice("vital", MEASURED),
        at_least=low,
        at_most=high,
        acuity=read_acuity(table, "covers", table.text("covers")),
        names=table.words("names"),
        source=table.text("source"),
    )


def _check_bands(where: list[Table], criteria: tuple[LocalCriterion, ...]) -> None:
    """Two bands of one vital may touch (worse wins at the boundary) but not lie over each other."""
    for index, criterion in enumerate(criteria):
        for other in criteria[:index]:
            if criterion.vital == other.vital and _low(criterion) < _high(other) and _low(other) < _high(criterion):
                where[index].refuse(f"overlap: two bands of {criterion.vital!r} lie over each other", "vital")


def _low(criterion: LocalCriterion) -> float:
    return criterion.at_least if criterion.at_least is not None else float("-inf")


def _high(criterion: LocalCriterion) -> float:
    return criterion.at_most if criterion.at_most is not None else float("inf")
