"""The tables of docs/identification.md, made from the rules; `python -m tests.support.identification_tables` writes
them into the document between their marks."""

import re
from pathlib import Path

from server.domain.identity import guess_limits
from server.domain.identity.guess_limits import Limit
from server.domain.identity.identification import TABLE, Identifier
from server.domain.identity.same_person import compare
from server.protocol.terms import Evidence, Proof

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "identification.md"
NAMES = {
    Identifier.TICKET: "code of a slip of today",
    Identifier.DESK_CODE: "one-time code of the desk",
    Identifier.IDENTITY: "identity number (GB 11643)",
    Identifier.DOCUMENT: "passport, permit, other document",
    Identifier.CARD: "card number",
    Identifier.RECORD: "record number",
    Identifier.APPOINTMENT: "number of an appointment",
}


def evidence_table() -> str:
    """What each kind of identifier proves, by how it came and what was given beside it."""
    lines = [
        "| what was read | how | alone | + phone tail | + identity tail | + birth date |",
        "|---|---|---|---|---|---|",
    ]
    for kind, name in NAMES.items():
        rules: dict[str, list[str]] = {}
        for how in Evidence:
            rule = TABLE.get((kind, how))
            if rule is None:
                continue
            alone = "-" if rule.alone is None else f"{rule.alone}{', its ticket only' if rule.own_ticket_only else ''}"
            cells = [str(rule.proofs[proof]) if proof in rule.proofs else "" for proof in Proof]
            rules.setdefault(" | ".join([alone, *cells]), []).append(f"`{how.value}`")
        lines += [f"| {name} | {' '.join(hows)} | {cells} |" for cells, hows in rules.items()]
    return "\n".join(lines)


def same_person_table() -> str:
    """The verdicts on two descriptions, as the rule itself writes them down."""
    return "\n".join(line.strip() for line in (compare.__doc__ or "").splitlines() if line.strip().startswith("|"))


def limits_table() -> str:
    """When staff is told and what is locked."""
    minutes, lock = guess_limits.WINDOW.seconds // 60, guess_limits.LOCK.seconds // 60
    rows = {
        Limit.MISSES: f"{guess_limits.MISSES} wrong answers at one machine within {minutes} minutes",
        Limit.PEOPLE: f"{guess_limits.PEOPLE_A_MINUTE} different people in a minute at one machine, by plain readings",
        Limit.UNPROVEN: f"{guess_limits.UNPROVEN} numbers at one machine within {minutes} minutes that nobody proved",
        Limit.NEIGHBOURS: f"{guess_limits.NEIGHBOURS} of those that differ in the last {guess_limits.STEM} places only",
    }
    lines = ["| limit | alert `guessing` says | what is locked |", "|---|---|---|"]
    for limit, text in rows.items():
        locked = f"the machine for {lock} minutes" if limit.locks else "nothing: asking tells nothing"
        lines.append(f"| {text} | `{limit.value}` | {locked} |")
    lines.append(
        f"| {guess_limits.OWN_MISSES} wrong answers for one number at one machine within {minutes} minutes | | "
        "that number there |"
    )
    hour = f"{guess_limits.MISSES_OF_ONE} wrong answers for one number at all machines within an hour"
    lines.append(f"| {hour} | `one_number` | that number everywhere |")
    return "\n".join(lines)


def written(text: str) -> str:
    """The document with its tables as the rules are today."""
    for mark, table in (
        ("evidence", evidence_table()), ("same person", same_person_table()), ("limits", limits_table()),
    ):  # fmt: skip
        text = re.sub(
            rf"(<!-- table of {mark} -->\n)(?:\n?\|.*\n)*", lambda found, table=table: f"{found[1]}\n{table}\n", text
        )
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
