"""The house stands as drawn: who may import whom, who alone commits, emits, reads the environment, knows the time.

The import contracts live in pyproject.toml; here they are run, and shown to bite. What no import contract can see
(a call, a size, a silenced check) is read from the syntax trees.
"""

import ast
import itertools
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("server", "kiosk", "caller", "hardware")
TEST_LIBRARIES = {"pytest", "hypothesis", "time_machine", "playwright", "tests"}


# ------------------------------------------------------------------------------------------------ reading the tree
def modules(*rooms: str) -> list[Path]:
    """Every Python file of the rooms (folders or files), relative to the project's root."""
    found: set[Path] = set()
    for room in rooms:
        path = ROOT / room
        found |= set(path.rglob("*.py")) if path.is_dir() else {path} & set(path.parent.glob("*.py"))
    return sorted(path.relative_to(ROOT) for path in found)


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), filename=str(path))


def dotted(node: ast.AST) -> str:
    """`a.b.c` of a chain of attributes; the last names of it when it begins in a call or an index."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of everything that is called."""
    return ((node.lineno, dotted(node.func)) for node in ast.walk(tree) if isinstance(node, ast.Call))


def mentions(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and dotted name of every attribute, and of every name that is imported from a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.lineno, dotted(node)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{name.name}") for name in node.names)


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and full name of every imported module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, name.name) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, node.module or ""


def where(path: Path, line: int, what: str) -> str:
    return f"{path.as_posix()}:{line} {what}"


# ------------------------------------------------------------------------------------------------- import contracts
def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Run import-linter on a tree, with nothing of this one in sight."""
    command = (
        "import sys; sys.path.insert(0, '.'); "
        "from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    )
    return subprocess.run(
        [sys.executable, "-P", "-c", command], cwd=folder, capture_output=True, text=True, check=False, timeout=120
    )


def test_the_import_contracts_hold_on_the_real_tree():
    linted = lint_imports(ROOT)

    assert (0, True) == (linted.returncode, " 0 broken" in linted.stdout), linted.stdout + linted.stderr


PLANTS = [
    ("server.domain", "os", "server.domain:"),
    ("server.domain", "time", "server.domain:"),
    ("server.domain", "flask", "server.domain:"),
    ("server.domain", "sqlalchemy", "server.domain:"),
    ("server.domain", "socketio", "server.domain:"),
    ("server.domain", "httpx", "server.domain:"),
    ("server.domain", "server.store", "server: web"),
    ("server.store", "server.services", "server: web"),
    ("server.services", "server.web", "server: web"),
    ("server.web", "server.live", "server: web"),
    ("server.protocol", "server.domain", "server: web"),
    ("server.protocol", "flask", "server.protocol is a leaf"),
    ("server.services", "hardware", "server imports no client"),
    ("server.web", "kiosk", "server imports no client"),
    ("server.replay", "server.services", "server.replay"),
    ("kiosk", "server.services", "kiosk, caller and hardware know"),
    ("caller", "server.domain", "kiosk, caller and hardware know"),
    ("hardware", "server.settings", "kiosk, caller and hardware know"),
    ("hardware", "kiosk", "kiosk | caller"),
    ("hardware.voice.play", "hardware.voice.render.fallback", "hardware.voice: factory"),
    ("caller.speech", "caller.wall.hub", "caller: cli"),
    ("hardware.escpos.layout", "hardware.escpos.device.encode", "hardware.escpos: layout"),
    ("hardware.escpos.transports", "hardware.escpos.layout.sheet", "hardware.escpos: layout"),
    ("kiosk", "caller", "kiosk | caller"),
    ("kiosk.machine", "kiosk.agent.outbox", "kiosk: cli"),
    ("kiosk.machine", "time", "kiosk.machine:"),
    ("server.services.core", "server.services.tickets.issue", "server.services:"),
]


def copied_tree(folder: Path) -> Path:
    """The real sources and their contracts in a place where a wall may be broken."""
    for package in PACKAGES:
        skipped = shutil.ignore_patterns("__pycache__", "vendor", "*.js", "*.css", "data")
        shutil.copytree(ROOT / package, folder / package, ignore=skipped)
    shutil.copyfile(ROOT / "pyproject.toml", folder / "pyproject.toml")
    return folder


def plant(folder: Path, room: str, target: str) -> str:
    """Put a module with one forbidden import into a room; returns how import-linter will name the deed."""
    name = f"planted_{target.replace('.', '_')}"
    (folder / room.replace(".", "/") / f"{name}.py").write_text(f"import {target}\n", encoding="utf-8")
    return f"{room}.{name} -> {target}"


@pytest.fixture(scope="module")
def broken_walls(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What import-linter says of a tree with every plant in it: the text under each broken contract's name."""
    folder = copied_tree(tmp_path_factory.mktemp("tree"))
    for room, target, _ in PLANTS:
        plant(folder, room, target)
    told = lint_imports(folder).stdout.split("Broken contracts", maxsplit=1)[-1]
    sections = re.split(r"^(\S.*(?:\n\S.*)?)\n-{4,}$", told, flags=re.MULTILINE)
    return {
        " ".join(name.split()): " ".join(text.split())
        for name, text in zip(sections[1::2], sections[2::2], strict=True)
    }


def test_one_forbidden_import_fails_the_check(tmp_path):
    folder = copied_tree(tmp_path)
    deed = plant(folder, "server.domain", "os")

    linted = lint_imports(folder)

    assert (1, True) == (linted.returncode, deed in linted.stdout), linted.stdout + linted.stderr


@pytest.mark.parametrize(("room", "target", "contract"), PLANTS)
def test_a_planted_import_is_caught(broken_walls, room, target, contract):
    told = next((text for name, text in broken_walls.items() if name.startswith(contract)), "")

    assert f"{room}.planted_{target.replace('.', '_')} -> {target}" in told, sorted(broken_walls)


def test_the_protocol_needs_only_the_standard_library_and_five_packages():
    allowed = set(sys.stdlib_module_names) | {"pydantic", "httpx", "httpcore", "socketio", "fluent", "server"}
    strangers = [
        where(path, line, name)
        for path in modules("server/protocol")
        for line, name in imports(tree_of(path))
        if name.split(".")[0] not in allowed
    ]

    assert [] == strangers


def test_the_domain_needs_only_the_standard_library_and_the_named_pure_libraries():
    allowed = set(sys.stdlib_module_names) | {"pydantic", "pypinyin", "stdnum", "server"}
    strangers = [
        where(path, line, name)
        for path in modules("server/domain")
        for line, name in imports(tree_of(path))
        if name.split(".")[0] not in allowed
    ]

    assert [] == strangers


def test_importing_the_protocol_brings_neither_flask_nor_sqlalchemy():
    command = "import sys, server.protocol.client, server.protocol.stream.follower; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, check=True, text=True)

    assert set() == {"flask", "sqlalchemy", "flask_socketio", "werkzeug", "alembic"} & set(done.stdout.split())


def test_a_screen_and_a_loudspeaker_need_nothing_that_touches_paper():
    command = "import sys, caller.cli, caller.agent, hardware.voice.factory; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", command], cwd=ROOT, capture_output=True, check=True, text=True)

    assert set() == {"PIL", "escpos", "segno", "zxingcpp", "sqlalchemy"} & set(done.stdout.split())


def test_the_product_never_imports_its_tests():
    strangers = [
        where(path, line, name)
        for path in modules(*PACKAGES)
        for line, name in imports(tree_of(path))
        if name.split(".")[0] in TEST_LIBRARIES
    ]

    assert [] == strangers


# ---------------------------------------------------------------------------------------- one owner for each deed
CLOCKS = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|monotonic|perf_counter))$")
CHANCE = {"random", "secrets", "uuid"}


def test_the_domain_asks_no_clock():
    asked = [
        where(path, line, name)
        for path in modules("server/domain")
        for line, name in itertools.chain(calls(tree_of(path)), mentions(tree_of(path)))
        if CLOCKS.search(name)
    ]

    assert [] == asked


def test_the_domain_draws_no_chance_of_its_own():
    """A `Random` comes in as an argument; only its type may be imported."""
    drawn = [
        where(path, node.lineno, ast.unparse(node))
        for path in modules("server/domain")
        for node in ast.walk(tree_of(path))
        if (isinstance(node, ast.Import) and CHANCE & {name.name for name in node.names})
        or (
            isinstance(node, ast.ImportFrom)
            and node.module in CHANCE
            and {"Random"} != {name.name for name in node.names}
        )
    ]

    assert [] == drawn


def test_only_the_transaction_commits():
    """Migrations run before there is a hall, and the engine only says how a transaction begins."""
    writers = [
        where(path, line, name)
        for path in modules("server")
        for line, name in calls(tree_of(path))
        if name.endswith((".commit", ".begin", ".begin_nested")) and not path.as_posix().startswith("server/store/")
        if path.as_posix() != "server/services/core/transaction.py"
    ]
    committed_below = [
        where(path, line, name)
        for path in modules("server/store")
        for line, name in calls(tree_of(path))
        if name.endswith(".commit") and "migrations" not in path.parts
    ]

    assert [] == writers + committed_below


def test_only_the_relay_emits():
    """The one word of another is where a socket stands when it joins: `position`."""
    emitters = [
        where(path, node.lineno, ast.unparse(node))
        for path in modules("server")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call) and dotted(node.func).split(".")[-1] == "emit"
        if path.as_posix() != "server/live/relay.py"
        if not (path.as_posix() == "server/live/sockets.py" and ast.unparse(node).startswith("emit('position'"))
    ]

    assert [] == emitters


ENVIRONMENT_READERS = {
    "server/demo/command.py": "clears the hall's settings for the processes it starts, reads none",
    "hardware/voice/audio/cache.py": "names a folder after its user where a system has no numbers for users",
    "hardware/voice/process/worker.py": "hands the environment on to the process that renders, reads no setting",
    "server/process_supervisor.py": "hands the environment on to the processes it starts, reads no setting",
    "server/replay/environment.py": "a client program that may import only the protocol; its own settings",
}


def test_only_settings_modules_read_the_environment():
    readers = [
        where(path, line, name)
        for path in modules(*PACKAGES)
        for line, name in mentions(tree_of(path))
        if name in {"os.environ", "os.getenv", "os.environb", "os.putenv"}
        if path.name != "settings.py" and path.as_posix() not in ENVIRONMENT_READERS
    ]

    assert [] == readers


def test_only_hardware_opens_printers_readers_and_sound():
    devices = {"escpos", "serial", "usb", "pyttsx3", "onnxruntime", "misaki", "evdev", "sounddevice", "simpleaudio"}
    openers = [
        where(path, line, name)
        for path in modules("server", "kiosk", "caller")
        for line, name in imports(tree_of(path))
        if name.split(".")[0] in devices
    ]

    assert [] == openers


def test_the_services_know_no_http():
    strangers = [
        where(path, line, name)
        for path in modules("server/services", "server/store")
        for line, name in imports(tree_of(path))
        if name.split(".")[0] in {"flask", "flask_socketio", "werkzeug", "socketio", "httpx"}
    ]

    assert [] == strangers


def test_no_datetime_is_naive_by_utcnow():
    naive = [
        where(path, line, name)
        for path in modules(*PACKAGES)
        for line, name in mentions(tree_of(path))
        if name.endswith(("datetime.utcnow", "datetime.utcfromtimestamp"))
    ]

    assert [] == naive


PRIVATE_WORDS = {
    *(
        "wish",
        "wishes",
        "wished",
        "deed",
        "deeds",
        "errand",
        "errands",
        "mind",
        "promise",
        "promised",
        "told",
        "untold",
    ),
    *("fact", "dress", "dressed", "knowledge", "lookahead", "folding", "placing", "fallen"),
}
"""Words that once stood in names for a term of docs/glossary.md: a command, an action, an event, a stated wait …"""
COLUMNS_OF_OLD_NAME = {
    "promise": {
        *("server/store/models/ticket.py", "server/store/models/ticket_columns.py", "server/services/tickets"),
    },
    "told": {
        *("server/store/models/hall.py", "server/services/tickets/stated_waits.py", "server/web/operations.py"),
        "server/domain/queueing/stated_wait.py",
    },
    "told_until": {"server/store/models/access.py", "server/services/access/identification_attempts.py"},
}
"""Columns of the database keep their names: renaming one costs every installation a migration and explains nothing."""


def names_in(path: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every name that a module binds, takes or reads, and of the module itself."""
    yield 0, path.stem
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.arg | ast.keyword) and node.arg:
            yield node.lineno, node.arg


def private_words(name: str) -> set[str]:
    """The private words among the parts of a name: `CheckInWish` and `wish_id` hold `wish`."""
    return {part.lower() for part in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)} & PRIVATE_WORDS


def test_names_are_terms_of_the_glossary_and_no_private_words():
    found = {
        where(path, line, name)
        for path in modules(*PACKAGES)
        if "versions" not in path.parts
        for line, name in names_in(path)
        if private_words(name)
        and not any(path.as_posix().startswith(place) for place in COLUMNS_OF_OLD_NAME.get(name, ()))
    }

    assert {"wish"} == private_words("CheckInWish") == private_words("wish_id")
    assert set() == private_words("artifact") | private_words("surface") | private_words("remind")
    assert set() == found


# ------------------------------------------------------------------------------------------------- size and habits
DECLARATIONS = {
    "server/protocol/terms.py": "the words of the protocol stand together; there is nothing to step through",
}


def test_a_module_fits_into_a_head():
    lines = {
        path.as_posix(): len((ROOT / path).read_text(encoding="utf-8").splitlines())
        for path in modules(*PACKAGES)
        if path.as_posix() not in DECLARATIONS and "versions" not in path.parts
    }
    long = {name: count for name, count in lines.items() if count > 250}

    assert {} == {name: count for name, count in long.items() if count > 320}
    assert len(lines) / 10 >= len(long), long


def test_a_function_fits_onto_a_page():
    lengths = {
        where(path, node.lineno, node.name): node.end_lineno - node.lineno + 1
        for path in modules(*PACKAGES)
        if "versions" not in path.parts
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    long = {name: count for name, count in lengths.items() if count > 40}

    assert {} == {name: count for name, count in long.items() if count > 45}
    assert len(lengths) / 50 >= len(long), long


def test_every_module_says_what_it_owns():
    silent = [
        path.as_posix()
        for path in modules(*PACKAGES)
        if tree_of(path).body and not ast.get_docstring(tree_of(path)) and "versions" not in path.parts
    ]

    assert [] == silent


def test_every_silenced_check_has_its_reason_on_the_line():
    """`# noqa: CODE  why` and `# type: ignore[code]  # why`; a bare one hides more than it says."""
    silenced = r"noqa(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?|type:\s*ignore(?:\[[\w, -]+\])?"
    silencer = re.compile(rf"#\s*(?:{silenced})(?P<rest>.*)$")
    unexplained = [
        where(path, number, line.strip())
        for path in modules(*PACKAGES, "tests")
        if path.name != Path(__file__).name
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if (found := silencer.search(line)) and len(found["rest"].strip(" #:-—")) < 8
    ]

    assert [] == unexplained


def test_tests_are_files_of_one_name_without_packages():
    names = [path.name for path in modules("tests") if path.name.startswith("test_")]

    assert [] == [path.as_posix() for path in modules("tests") if path.name == "__init__.py"]
    assert sorted(set(names)) == sorted(names)


def test_nothing_is_left_for_later():
    later = re.compile(r"\b(TODO|FIXME|XXX)\b|NotImplementedError")
    left = [
        where(path, number, line.strip())
        for path in modules(*PACKAGES)
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1)
        if later.search(line)
    ]

    assert [] == left


def test_no_lock_file_names_an_address():
    locks = [*(ROOT / ".ci").glob("*.lock"), ROOT / "package-lock.json"]
    addressed = [
        where(path.relative_to(ROOT), number, line.strip())
        for path in locks
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if re.search(r"://|\bfile:|\s/\w|index-url|find-links|\"resolved\"", line)
    ]

    assert len(locks) >= 3
    assert [] == addressed
