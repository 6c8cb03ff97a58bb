"""Owns fetching rule files from the package and from the hospital's directory. Knows nothing of what they mean."""

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path
from types import MappingProxyType

from server.domain.errors import HallError
from server.domain.triage import Catalogue, Scale, parse_findings, parse_scale
from server.protocol.terms import ErrorCode


def load_scales(override_dir: Path | None) -> Mapping[str, Scale]:
    """All scales by id: those of the package, replaced or joined by the *.toml files in the hospital's directory.

    Raises HALL_FILE_REJECTED with file, line and reason when one is wrong, when two of the hospital's files hold the
    same scale, or when the directory is not there.
    """
    own = {scale.id: scale for scale in (parse_scale(text, name) for name, text in _packaged("scales"))}
    if override_dir is None:
        return MappingProxyType(own)
    theirs: dict[str, Scale] = {}
    for name, text in _local(override_dir):
        scale = parse_scale(text, name)
        if scale.id in theirs:
            raise HallError(ErrorCode.HALL_FILE_REJECTED, f"{name}, line 1: overlap: scale {scale.id} has two files")
        theirs[scale.id] = scale
    return MappingProxyType(own | theirs)


def load_findings(override_dir: Path | None) -> Catalogue:
    """The catalogue of findings: the package's, or the hospital's own *.toml files in place of all of them.

    Raises HALL_FILE_REJECTED with file, line and reason when one is wrong.
    """
    return parse_findings(_packaged("findings") if override_dir is None else _local(override_dir))


def _packaged(folder: str) -> list[tuple[str, str]]:
    found = files("server.domain").joinpath(folder).iterdir()
    return sorted((item.name, item.read_text(encoding="utf-8")) for item in found if item.name.endswith(".toml"))


def _local(directory: Path) -> list[tuple[str, str]]:
    if not directory.is_dir():
        raise HallError(ErrorCode.HALL_FILE_REJECTED, f"{directory}: no such directory of rule files")
    return [(str(path), _text(path)) for path in sorted(directory.glob("*.toml"))]


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise HallError(ErrorCode.HALL_FILE_REJECTED, f"{path}, line 1: not readable as UTF-8: {error}") from error
