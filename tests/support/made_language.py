"""A language that nobody speaks: English with every word doubled and the plural rules of Polish, as one folder."""

import re
import shutil

from fluent.syntax import FluentParser, FluentSerializer, ast
from fluent.syntax.visitor import Transformer

from server.protocol import texts

CODE = "qq"
ABOUT = "name = Qqish\ntag = pl\nfallback = en\nposition = 9\n"
AHEAD = "ahead = { $n ->\n    [one] { $n } osoba\n    [few] { $n } osoby\n   *[many] { $n } osób\n}\n"


class _Doubled(Transformer):
    """Doubles each word of a text, so that every line is longer than in any real language."""

    def visit_TextElement(self, node):
        node.value = re.sub(r"\w+", lambda found: found[0] + found[0].lower(), node.value)
        return node


def make(folder):
    """Copy the real languages into the folder and write the made one beside them."""
    shutil.copytree(texts.LOCALES, folder, dirs_exist_ok=True)
    (folder / CODE).mkdir()
    for path in sorted((folder / "en").glob("*.ftl")):
        resource = FluentParser(with_spans=False).parse(path.read_text(encoding="utf-8"))
        resource.body = [_Doubled().visit(entry) for entry in resource.body if isinstance(entry, ast.Message)]
        (folder / CODE / path.name).write_text(FluentSerializer().serialize(resource), encoding="utf-8")
    (folder / CODE / "language.ftl").write_text(ABOUT, encoding="utf-8")
    paper = folder / CODE / "paper.ftl"
    paper.write_text(re.sub(r"(?m)^ahead = .*\n", AHEAD, paper.read_text(encoding="utf-8")), encoding="utf-8")
