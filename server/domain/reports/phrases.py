"""What stands on paper in the place of coded values and of what is not there, in the reader's language."""

from server.protocol.texts import Texts, preferred

TEXTS = Texts("reports")


def phrase(name: str, language: str) -> str:
    """A phrase in the reader's language, Chinese where it is none of ours; "" for a name nobody knows.

    Names under `absent.` are the codes of FHIR R4 data-absent-reason.
    """
    key = f"phrase.{name.replace('-', '_')}"
    reader = preferred([language], default="zh")
    return TEXTS.text(key, reader) if TEXTS.has(key, reader) else ""
