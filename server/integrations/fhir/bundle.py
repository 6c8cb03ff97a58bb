"""A bundle and the references inside it (FHIR R4, Bundle, "Resolving references in Bundles"). Knows no report."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from server.domain.errors import HallError
from server.domain.reports.dates import latest
from server.integrations.fhir.shape import Json, check
from server.protocol.terms import ErrorCode

MOST_ENTRIES = 5000
DEEPEST_BUNDLE = 3
_ELEMENTS = frozenset(
    {
        "resourceType",
        "id",
        "meta",
        "implicitRules",
        "language",
        "identifier",
        "type",
        "timestamp",
        "total",
        "link",
        "entry",
        "signature",
    }
)
"""Those of a Bundle in R4."""
_RESTFUL = re.compile(r"(?P<base>https?://.+)/(?P<tail>[A-Z][A-Za-z]+/[A-Za-z0-9\-.]{1,64})")
_TAIL = re.compile(r"[A-Z][A-Za-z]+/[A-Za-z0-9\-._:]{1,128}")
_SEARCH = re.compile(r"(?P<kind>[A-Z][A-Za-z]+)\?(?:.*&)?identifier=(?P<system>[^|&]*)\|(?P<value>[^&]+)")


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A resource in a bundle. `holder` is the resource that contains it, itself where none does."""

    resource: Json
    full_url: str
    holder: Json
    name: str

    @property
    def kind(self) -> str:
        """Its resource type."""
        return str(self.resource["resourceType"])

    @property
    def meta(self) -> Json:
        """Its `meta`, or nothing."""
        meta = self.resource.get("meta")
        return meta if isinstance(meta, dict) else {}


class Root:
    """The resources of one bundle. A reference inside it is looked for here and nowhere else."""

    def __init__(self, bundle: Json, where: str = "") -> None:
        self.labels = labels_of(bundle)
        self.is_history = bundle.get("type") == "history"
        self.entries = [_entry(entry, f"{where}entry {number}") for number, entry in enumerate(bundle["entry"], 1)]
        self._checked: set[int] = set()
        self._by_url: dict[str, list[Found]] = {}
        self._by_tail: dict[str, list[Found]] = {}
        for one in self.entries:
            if one is not None:
                self._by_url.setdefault(_key(one.full_url), []).append(one)
                self._by_tail.setdefault(f"{one.kind}/{one.resource.get('id')}", []).append(one)

    def read(self, found: Found) -> Json:
        """A resource that is about to be read, checked once. Raises invalid when it is not as FHIR R4 has it."""
        if id(found.resource) not in self._checked:
            check(found.resource, found.name)
            self._checked.add(id(found.resource))
        return found.resource

    def of_kind(self, kind: str) -> list[Found]:
        """All resources of a type, in the order of the bundle."""
        return [one for one in self.entries if one is not None and one.kind == kind]

    def resolve(self, reference: Json | None, at: Found) -> Found | None:
        """What a Reference in `at` points to; None when it is not in the bundle. Raises invalid when it is ambiguous.

        A reference by identifier, and a search by identifier as in a transaction, find the one that has it.
        """
        if not isinstance(reference, dict):
            return None
        text = reference.get("reference")
        if not isinstance(text, str) or not text:
            return self._by_identifier(reference.get("type"), reference.get("identifier"))
        if text.startswith("#"):
            return _contained(text, at)
        searched = _SEARCH.fullmatch(text)
        if searched is not None:
            return self._by_identifier(searched["kind"], {"system": searched["system"], "value": searched["value"]})
        url, _, version = text.partition("/_history/")
        candidates = self._candidates(url, at)
        if version and any(one.meta.get("versionId") for one in candidates):
            candidates = [one for one in candidates if one.meta.get("versionId") == version]
        return _the_one(candidates, text, at)

    def _candidates(self, url: str, at: Found) -> list[Found]:
        restful = _RESTFUL.fullmatch(url)
        if restful is not None or url.startswith("urn:"):
            tail = restful["tail"] if restful is not None else ""
            return self._by_url.get(_key(url)) or [one for one in self._by_tail.get(tail, []) if not one.full_url]
        if not _TAIL.fullmatch(url):
            return []
        here = _RESTFUL.fullmatch(at.full_url.partition("/_history/")[0])
        if here is None:
            return self._by_tail.get(url, [])
        same_root = self._by_url.get(_key(f"{here['base']}/{url}"))
        return same_root or [one for one in self._by_tail.get(url, []) if not _RESTFUL.fullmatch(one.full_url)]

    def _by_identifier(self, kind: str | None, identifier: Json | None) -> Found | None:
        if not isinstance(identifier, dict) or not identifier.get("value"):
            return None
        wanted = (identifier.get("system") or "", identifier["value"])
        having = [
            one
            for one in self.entries
            if one is not None and kind in {None, one.kind} and wanted in identifiers_of(one.resource)
        ]
        return having[0] if len(having) == 1 else None


def roots(bundle: Json, where: str = "", depth: int = 1) -> list[Root]:
    """The bundle and the bundles inside it, each a root of its own. Raises invalid for what is no bundle."""
    entries = bundle.get("entry")
    unknown = [name for name in bundle if name not in _ELEMENTS and not name.startswith("_")]
    if unknown:
        faults = [{"where": f"{where}{name}", "reason": "a Bundle has no such element"} for name in unknown[:20]]
        raise HallError(ErrorCode.INVALID, f"{where}not a FHIR R4 bundle: {unknown[0][:80]}", errors=faults)
    if bundle.get("resourceType") != "Bundle" or not isinstance(bundle.get("type"), str):
        raise HallError(ErrorCode.INVALID, f"{where}not a FHIR R4 bundle: a Bundle has a type and entries")
    if not isinstance(entries, list) or not entries:
        raise HallError(ErrorCode.INVALID, f"{where}the bundle holds no DiagnosticReport")
    if len(entries) > MOST_ENTRIES:
        raise HallError(ErrorCode.INVALID, f"{where}a bundle has at most {MOST_ENTRIES} entries")
    root = Root(bundle, where)
    found = [root]
    for number, one in enumerate(root.entries, 1):
        if one is not None and one.kind == "Bundle" and depth < DEEPEST_BUNDLE and one.resource.get("entry"):
            found += roots(one.resource, f"{where}entry {number}, ", depth + 1)
    return found


def labels_of(resource: Json) -> list[str]:
    """The codes of a resource's security labels."""
    meta = resource.get("meta")
    labels = meta.get("security") if isinstance(meta, dict) else None
    listed = labels if isinstance(labels, list) else []
    return [str(label["code"]) for label in listed if isinstance(label, dict) and label.get("code")]


def identifiers_of(resource: Json) -> list[tuple[str, str]]:
    """System and value of each identifier of a resource."""
    given = resource.get("identifier")
    listed = given if isinstance(given, list) else [given]
    named = [one for one in listed if isinstance(one, dict) and one.get("value")]
    return [(str(one.get("system") or ""), str(one["value"])) for one in named]


def _entry(entry: object, where: str) -> Found | None:
    if not isinstance(entry, dict):
        raise HallError(ErrorCode.INVALID, f"{where} is no object", errors=[{"where": where, "reason": "an object"}])
    resource = entry.get("resource")
    if resource is None:
        return None
    if not isinstance(resource, dict) or not isinstance(resource.get("resourceType"), str):
        raise HallError(ErrorCode.INVALID, f"{where} holds no resource", errors=[{"where": where, "reason": "a type"}])
    kind, full_url = resource["resourceType"], entry.get("fullUrl")
    name = f"{where} ({kind}/{resource['id']})" if resource.get("id") else f"{where} ({kind})"
    return Found(resource, full_url if isinstance(full_url, str) else "", resource, name)


def _key(url: str) -> str:
    return url.partition("/_history/")[0].lower() if url.lower().startswith("urn:") else url.partition("/_history/")[0]


def _contained(text: str, at: Found) -> Found | None:
    if text == "#":
        return Found(at.holder, at.full_url, at.holder, at.name)
    inside = at.holder.get("contained")
    listed = inside if isinstance(inside, list) else []
    having = [one for one in listed if isinstance(one, dict) and one.get("id") in {text[1:], text}]
    if len(having) > 1:
        raise _ambiguous(text, at)
    if not having or not isinstance(having[0].get("resourceType"), str):
        return None
    return Found(having[0], at.full_url, at.holder, f"{at.name} contained {text}")


def _the_one(candidates: Sequence[Found], text: str, at: Found) -> Found | None:
    different: list[Found] = []
    for one in candidates:
        if all(one.resource != other.resource for other in different):
            different.append(one)
    if len(different) < 2:
        return different[0] if different else None
    newest = _newest(different)
    if newest is None:
        raise _ambiguous(text, at)
    return newest


def _newest(versions: Sequence[Found]) -> Found | None:
    """The newest of several versions of one resource; None when they are not versions or their order is not said."""
    if len({(one.full_url, one.kind, one.resource.get("id")) for one in versions}) > 1:
        return None
    numbers = [str(one.meta.get("versionId") or "") for one in versions]
    if all(number.isascii() and number.isdigit() for number in numbers) and len(set(numbers)) == len(numbers):
        return max(versions, key=lambda one: int(one.meta["versionId"]))
    moments = [latest(str(one.meta.get("lastUpdated") or "")) for one in versions]
    known = [moment for moment in moments if moment is not None]
    if len(set(known)) < len(versions):
        return None
    return versions[known.index(max(known))]


def _ambiguous(text: str, at: Found) -> HallError:
    fault = {"where": at.name, "reason": f"reference {text} could mean several resources"}
    return HallError(ErrorCode.INVALID, f"{at.name}: reference {text} could mean several resources", errors=[fault])
