"""Mutants of a drawing and of a step table, and how reading one ends."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from pathlib import Path

from openpyxl import Workbook

from basic_info.documents.library import PaperKind, read_paper
from basic_info.flowcharts.drawing import bpmn_document
from basic_info.flowcharts.engine import compile_chart
from basic_info.flowcharts.parsing import ParsedFlowchart
from basic_info.flowcharts.step_table import read_step_table
from host.kernel.errors import DomainError
from tests.basic_info.flowcharts.test_step_table import TABLE

WORDS = [
    "",
    "9",
    "结束",
    "1、2、3、4、5、6、7",
    "1或2或3",
    "受理和分办",
    "=1+1",
    "\x00",
    "𠮷",
    "9" * 400,
    "（）" * 300,
    "<a>",
    "-1",
    "1e9",
]


def mutants(count: int, folder: Path) -> Iterator[tuple[str, bytes]]:
    """Half of them are drawings, half are tables."""
    chance = random.Random(45)
    path = folder / "good"
    path.write_text(TABLE, encoding="utf-8")
    drawing = bpmn_document(read_step_table(path, "许可")).encode()
    for number in range(count):
        if number % 2:
            yield f"drawing, mutant {number}", _mutant(drawing, chance)
        else:
            yield f"table, mutant {number}", _table(chance)


def end_of(path: Path) -> str:
    """Read as an upload would be read: a chart, one that can't be checked, or a refusal."""
    try:
        parsed = read_paper(PaperKind.FLOWCHART, path, "图").parsed
        assert isinstance(parsed, ParsedFlowchart)
        parsed.as_contract()
    except DomainError:
        return "refusal"
    try:
        compile_chart(parsed, max_states=1_000)
    except DomainError:
        return "not checkable"
    return "chart"


def _mutant(good: bytes, chance: random.Random) -> bytes:
    """Bytes changed, pieces copied over others, words exchanged."""
    mutant = bytearray(good)
    for _ in range(chance.choice((1, 1, 2, 8))):
        start = chance.randrange(len(mutant))
        match chance.randrange(4):
            case 0:
                mutant[start] = chance.randrange(256)
            case 1:
                at = chance.randrange(len(good))
                mutant[start : start + chance.randrange(80)] = good[at : at + chance.randrange(80)]
            case 2:
                swap = [b"exclusiveGateway", b"parallelGateway", b"inclusiveGateway", b"complexGateway", b"subProcess"]
                mutant = bytearray(bytes(mutant).replace(chance.choice(swap), chance.choice(swap)))
            case _:
                steps = [b"Step_%d" % chance.randrange(1, 10) for _ in range(2)]
                mutant = bytearray(bytes(mutant).replace(b'targetRef="%s"' % steps[0], b'targetRef="%s"' % steps[1], 1))
    return bytes(mutant)


def _table(chance: random.Random) -> bytes:
    rows = [line.split(",") for line in TABLE.splitlines()]
    for _ in range(chance.choice((1, 2, 6, 20))):
        row = rows[chance.randrange(len(rows))]
        row[chance.randrange(len(row))] = chance.choice([*WORDS, *(word for line in rows for word in line)])
    if chance.random() < 0.1:
        rows += rows[2:] * 40
    if chance.random() < 0.5:
        return _mutant(
            "\n".join(map(",".join, rows)).encode(chance.choice(["utf-8", "gbk", "utf-16"]), "replace"), chance
        )
    workbook = Workbook()
    for row in rows:
        workbook.active.append([word.replace("\x00", "") for word in row])  # type: ignore[union-attr]
    out = io.BytesIO()
    workbook.save(out)
    return _mutant(out.getvalue(), chance) if chance.random() < 0.4 else out.getvalue()
