"""The written-out mandate documents of `corpus/`, each with what the contract says of it, and how well a reading does.

A file is the document's own text, line by line, with annotations that a person made while reading the contract:

    #title …            a field (title, doc_no, unit_name, style, rank, plates, effective_on, quotas, leaders)
    @d （一）|拟订…      a duty (@d duty, @c catch_all, @t transformation, @v division); its text is behind the bar
    @s 科名;牌子 :: （一）科名。|负责…    a body, its plates, its duty text
    @+ 1.…              a line that belongs to the duty or body above it
    @j …                what follows, annotated or not, stands in the same line as what is above
    @table … @end       a table: cells parted by ¦, ⏎ a new paragraph, ^ merged upwards, < with the cell before
    \\                   an escape: the rest of the line is text

Quotas are written 「机关行政编制 12; 机关工勤编制 2」,
leaders 「局长 1; 总工程师/副科级 1; 主任 1 -」 (- holds no quota).
Run as a script it prints the F1 of every file given: `python -m tests.basic_info.mandates.corpus FILE…`.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from basic_info.mandates.errors import NotAMandate
from basic_info.mandates.parsing import Block, parse_mandate

FOLDER = Path(__file__).with_name("corpus")
FIELDS = ("duties", "sections", "tasks", "quotas", "leaders")
SINGLE = ("title", "doc_no", "unit_name", "style", "rank", "plates", "effective_on")
_KINDS = {"@d": "duty", "@c": "catch_all", "@t": "transformation", "@v": "division"}

Contract = dict[str, Any]
Row = list[str | None]
Piece = str | list[Row]


@dataclass
class Document:
    """One document: its lines and tables, and the contract by hand."""

    name: str
    pieces: list[Piece] = field(default_factory=list)
    expected: Contract = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """The text lines; a table's rows as tab-separated lines."""
        out: list[str] = []
        for piece in self.pieces:
            if isinstance(piece, str):
                out.append(piece)
            else:
                out.extend("\t".join((cell or "").replace("\n", "") for cell in row) for row in piece)
        return out

    @property
    def has_tables(self) -> bool:
        """Whether any piece is a table."""
        return any(not isinstance(piece, str) for piece in self.pieces)


def documents() -> list[Document]:
    """All documents of the corpus by name."""
    return [read(path) for path in sorted(FOLDER.glob("*.txt"))]


def read(path: Path) -> Document:
    """One annotated file."""
    document = Document(path.stem)
    fields: dict[str, str] = {}
    entries: list[tuple[str, dict[str, Any]]] = []
    table: list[Row] | None = None
    for raw in path.read_text(encoding="utf-8").splitlines():
        if not raw.strip():
            continue
        if raw.startswith("#"):
            key, _, value = raw[1:].partition(" ")
            fields[key] = value.strip()
        elif raw == "@table":
            table = []
        elif raw == "@end":
            assert table is not None
            document.pieces.append(table)
            table = None
        else:
            joined = raw.startswith("@j ")
            line = _annotated(raw.removeprefix("@j "), entries)
            if joined:
                document.pieces[-1] = str(document.pieces[-1]) + line
            elif table is None:
                document.pieces.append(line)
            else:
                cells = [cell.strip().replace("⏎", "\n") for cell in line.split("¦")]
                table.append([None if cell == "^" else cell for cell in cells])
    document.expected = _contract(fields, entries)
    return document


def _annotated(raw: str, entries: list[tuple[str, dict[str, Any]]]) -> str:
    """The document's own line; what its annotation says goes into `entries`."""
    tag, _, rest = raw.partition(" ")
    if tag in _KINDS:
        mark, _, text = rest.partition("|")
        entries.append(("duty", {"text": _flat(text), "kind": _KINDS[tag]}))
        return mark + text
    if tag == "@s":
        names, _, line = rest.partition(" :: ")
        name, *plates = names.split(";")
        before, _, text = line.partition("|")
        entries.append(("section", {"name": name, "plates": plates, "text": _flat(text.split("¦")[0])}))
        return before + text
    if tag == "@+":
        kept, _, shown = rest.rpartition("|")
        entries[-1][1]["text"] += _flat((shown if kept else rest).split("¦")[0])
        return kept + shown
    return raw.removeprefix("\\")


def _flat(text: str) -> str:
    return text.strip().replace("⏎", "")


def _contract(fields: dict[str, str], entries: list[tuple[str, dict[str, Any]]]) -> Contract:
    duties = [entry for kind, entry in entries if kind == "duty"]
    sections = [
        entry | {"tasks": [task for task in re.split("[；;。｡]", entry["text"]) if task]}
        for kind, entry in entries
        if kind == "section"
    ]
    return {
        "title": fields["title"],
        "doc_no": fields.get("doc_no") or None,
        "unit_name": fields["unit_name"],
        "style": fields["style"],
        "rank": fields.get("rank") or None,
        "plates": [plate for plate in fields.get("plates", "").split(";") if plate],
        "duties": [{"no": number, **duty} for number, duty in enumerate(duties, start=1)],
        "sections": sections,
        "quotas": [_quota(words) for words in fields.get("quotas", "").split(";") if words.strip()],
        "leaders": [_leader(words) for words in fields.get("leaders", "").split(";") if words.strip()],
        "effective_on": fields.get("effective_on") or None,
    }


def _quota(words: str) -> Contract:
    kind, count = words.split()
    return {"kind": kind, "count": int(count)}


def _leader(words: str) -> Contract:
    title, count, *rest = words.split()
    title, _, rank = title.partition("/")
    return {"title": title, "rank": rank or None, "count": int(count), "holds_quota": not rest}


def items(contract: Contract, of: str) -> Counter[tuple[Any, ...]]:
    """What is counted for one of FIELDS, each entry whole."""
    if of == "duties":
        return Counter((d["text"], d["kind"]) for d in contract["duties"])
    if of == "sections":
        return Counter((s["name"], tuple(s["plates"]), s["text"]) for s in contract["sections"])
    if of == "tasks":
        return Counter((s["name"], task) for s in contract["sections"] for task in s["tasks"])
    if of == "quotas":
        return Counter((q["kind"], q["count"]) for q in contract["quotas"])
    return Counter((p["title"], p["rank"], p["count"], p["holds_quota"]) for p in contract["leaders"])


def f1(pairs: Iterable[tuple[Contract, Contract]], of: Iterable[str] = FIELDS) -> float:
    """The micro-F1 of (found, expected) pairs over the fields; 1.0 when there is nothing to find."""
    right = found = wanted = 0
    fields = tuple(of)
    for got, expected in pairs:
        for name in fields:
            mine, gold = items(got, name), items(expected, name)
            right += (mine & gold).total()
            found += mine.total()
            wanted += gold.total()
    return 2 * right / (found + wanted) if found + wanted else 1.0


def agree(got: Contract, expected: Contract) -> bool:
    """Whether two contracts say the same, whatever the order of posts and places; on failure pytest shows both."""
    differences = list(_differences(got, expected))
    assert not differences, "".join(differences)
    return True


def blocks_of(document: Document) -> list[Block]:
    """The document as a reader would give it."""
    return [
        Block(text=piece)
        if isinstance(piece, str)
        else Block(rows=tuple(tuple("" if cell in (None, "<") else str(cell) for cell in row) for row in piece))
        for piece in document.pieces
    ]


def main(paths: list[str]) -> None:
    """Print each document's F1 with what is wrong in it, and the figures over all."""
    pairs = []
    for path in paths:
        document = read(Path(path))
        try:
            got = parse_mandate(blocks_of(document)).as_contract()
        except NotAMandate as refusal:
            print(document.name, "refused:", refusal)
            got = {**_contract({"title": "", "unit_name": "", "style": ""}, [])}
        pairs.append((got, document.expected))
        print(document.name, f"{f1([pairs[-1]]):.3f}")
        print("".join(_differences(got, document.expected)), end="")
    right = sum(got[key] == expected[key] for got, expected in pairs for key in SINGLE)
    each = {of: round(f1(pairs, [of]), 4) for of in FIELDS}
    print(f"F1 {f1(pairs):.4f} {each} single fields {right}/{len(SINGLE) * len(pairs)}")


def _differences(got: Contract, expected: Contract) -> Iterator[str]:
    for key in SINGLE:
        if got[key] != expected[key]:
            yield f"    {key} {got[key]!r} should be {expected[key]!r}\n"
    for of in FIELDS:
        mine, gold = items(got, of), items(expected, of)
        for sign, rest in (("+", mine - gold), ("-", gold - mine)):
            if of != "tasks":
                yield from (f"    {of} {sign} {entry}\n" for entry in rest)


if __name__ == "__main__":
    main(sys.argv[1:])
