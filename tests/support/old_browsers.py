"""Takes away from a browser the functions that the oldest supported ones lack (package.json, `browserslist`)."""

from collections.abc import Sequence

NEWER_THAN_109 = (
    "Array.prototype.with", "Array.prototype.toSpliced", "Array.prototype.toSorted", "Array.prototype.toReversed",
    "Array.fromAsync", "Object.groupBy", "Map.groupBy", "Promise.withResolvers", "Promise.try", "AbortSignal.any",
    "String.prototype.isWellFormed", "String.prototype.toWellFormed", "URL.canParse", "URL.parse",
    "Set.prototype.union", "Set.prototype.intersection", "Set.prototype.difference", "Set.prototype.isSubsetOf",
    "Set.prototype.isSupersetOf", "Set.prototype.isDisjointFrom", "Document.prototype.startViewTransition",
    "window.Iterator.prototype.map", "window.Iterator.prototype.filter", "window.URLPattern",
)  # fmt: skip
"""Functions that came with Chromium 110 and later."""
NEWER_THAN_76 = (
    *NEWER_THAN_109,
    "Promise.any", "String.prototype.replaceAll", "Array.prototype.at", "String.prototype.at", "Object.hasOwn",
    "Array.prototype.findLast", "Array.prototype.findLastIndex", "Element.prototype.replaceChildren",
    "AbortSignal.timeout", "AbortSignal.abort", "Crypto.prototype.randomUUID", "window.structuredClone",
)  # fmt: skip
"""Functions that came with Chromium 77 and later."""
LACKED_BY_TELEVISIONS = ("Object.fromEntries", "Promise.allSettled", "String.prototype.matchAll")
"""Functions of Chromium 73 to 76: not every television of that age has them."""


def without(names: Sequence[str]) -> str:
    """A script that takes functions away, such as ["Array.prototype.with"]; what this browser lacks stays so."""
    owners = [name.rpartition(".") for name in names]
    pairs = ", ".join(f"[{owner.replace('.', '?.')}, '{name}']" for owner, _, name in owners)
    return f"() => {{ for (const [owner, name] of [{pairs}]) if (owner) delete owner[name]; }}"
