"""Reads the Fluent files as tests judge them: keys, gaps and plain text of each message."""

import re
from pathlib import Path

from fluent.syntax import FluentParser, ast
from fluent.syntax.visitor import Visitor

from server.protocol import texts

FILES = sorted(texts.LOCALES.glob("*/*.ftl"))


class _Parts(Visitor):
    """Gathers what stands in one message: the names of its gaps, its text."""

    def __init__(self):
        self.gaps, self.text = set(), []

    def visit_VariableReference(self, node):
        self.gaps.add(node.id.name)
        self.text.append(f"{{{node.id.name}}}")

    def visit_TextElement(self, node):
        self.text.append(node.value)

    def visit_StringLiteral(self, node):
        self.text.append(node.value)


def entries(path):
    """Every entry of a file, faulty ones too."""
    return FluentParser(with_spans=False).parse(Path(path).read_text(encoding="utf-8")).body


def key_of(identifier):
    """The key that stands in a file as this identifier."""
    return re.sub(r"_u([0-9a-f]{4,})_", lambda found: chr(int(found[1], 16)), identifier.replace("-", "."))


def messages(topic, language):
    """The messages of one file by dotted key: (gaps, text)."""
    found = {}
    for entry in entries(texts.LOCALES / language / f"{topic}.ftl"):
        if isinstance(entry, ast.Message):
            parts = _Parts()
            parts.visit(entry.value)
            found[key_of(entry.id.name)] = (parts.gaps, "".join(parts.text))
    return found


def plain(topic, language):
    """The text of each key of one file, its gaps as {name}."""
    return {key: text for key, (_, text) in messages(topic, language).items()}
