"""Damaged lists end as a list or as a refusal in words, whatever is damaged: bytes, XML, the length, cells."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from basic_info.power_lists.parsing import parse_power_list
from host.kernel.errors import DomainError
from tests.basic_info.power_lists.corpus import CASES, Page, xlsx
from tests.capped import ends_of

Mutate = Callable[[bytes, random.Random], bytes]

_NASTY = (
    "", "\x00", "1.0", "一、行政许可", "（1）", "/" * 40, "合计", "\n" * 50, "第" * 3000, "《" * 500, "=1/0", "９" * 30,
    "序号", "事项名称", "20个工作日" * 200, "（" * 400, "\u200b\ufeff", "-1e308", "<table>", "无",
)  # fmt: skip
_XLSX = [case.content for case in CASES if case.content.startswith(b"PK")]
_OTHERS = [case.content for case in CASES if not case.content.startswith(b"PK")]


def _flipped(content: bytes, chance: random.Random) -> bytes:
    mutant = bytearray(content)
    for _ in range(chance.choice((1, 3, 20))):
        mutant[chance.randrange(len(mutant))] ^= 1 << chance.randrange(8)
    return bytes(mutant)


def _cut(content: bytes, chance: random.Random) -> bytes:
    start, end = sorted(chance.randrange(len(content)) for _ in range(2))
    return content[:start] + content[end:] if chance.random() < 0.5 else content[:end] + content[start:]


def _other_xml(content: bytes, chance: random.Random) -> bytes:
    """A part of the archive with bytes changed in its text, packed again so that its sums are right."""
    kept = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as new:
        names = old.namelist()
        chosen = chance.choice([name for name in names if "sheet" in name or "shared" in name.lower()])
        for name in names:
            part = old.read(name)
            new.writestr(name, _cut(_flipped(part, chance), chance) if name == chosen else part)
    return kept.getvalue()


def _other_cells(_: bytes, chance: random.Random) -> bytes:
    rows = [
        [chance.choice((*_NASTY, "甲", "行政许可", "1", "法规科")) for _ in range(chance.randrange(1, 12))]
        for _ in range(12)
    ]
    header = ["序号", "事项名称", "子项名称", "权力类型", "实施依据", "承办机构", "法定期限", "承诺期限"]
    chance.shuffle(header)
    rows.insert(chance.randrange(4), header)
    merged = [(4, 0, 4 + chance.randrange(1, 4), chance.randrange(3))] if chance.random() < 0.5 else []
    return xlsx({chance.choice(("Sheet1", "行政处罚（2项）", "其他")): Page(rows, merged)})


@pytest.mark.parametrize(
    ("mutate", "seeds", "count"),
    [
        (_flipped, _XLSX, 200),
        (_other_xml, _XLSX, 150),
        (_other_cells, _XLSX, 150),
        (_flipped, _OTHERS, 60),
        (_cut, [*_XLSX, *_OTHERS], 80),
    ],
)
def test_no_mutant_ends_in_anything_but_a_list_or_a_refusal(
    mutate: Mutate, seeds: list[bytes], count: int, tmp_path: Path
) -> None:
    path = tmp_path / "mutant"

    def read(content: bytes) -> str:
        path.write_bytes(content)
        try:
            parse_power_list(path).as_contract()
        except DomainError:
            return "refusal"
        return "list"

    lists = ends_of(read, _mutants(mutate, seeds, count)).count("list")
    assert 0 < lists < count or mutate is _other_cells


def _mutants(mutate: Mutate, seeds: list[bytes], count: int) -> Iterator[tuple[str, bytes]]:
    chance = random.Random(48)
    for number in range(count):
        yield f"{mutate.__name__}, mutant {number}", mutate(seeds[number % len(seeds)], chance)
