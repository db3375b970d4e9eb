"""Damaged files: each is read or refused with one sentence, never more."""

import io
import json
import os
import random
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from basic_info.mandates.errors import UnreadableDocument
from basic_info.mandates.parsing import parse_file, pdf, pdf_text
from host.kernel.errors import DomainError
from tests.basic_info.mandates.corpus import Document, documents
from tests.basic_info.mandates.documents import Table, word_file
from tests.basic_info.mandates.pdf_maker import pdf_file
from tests.capped import MOST_MIB, ends_of

ROOT = Path(__file__).parents[3]
SEED = 20190301
SOURCES = [document for document in documents() if document.name in ("a03", "b04", "b05", "c06")]


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The bytes with some of them changed, cut out, doubled, or the end cut off."""
    out = bytearray(data)
    for _ in range(dice.choice((1, 1, 3, 12, 60))):
        place, length = dice.randrange(len(out) or 1), dice.randrange(1, 40)
        kind = dice.randrange(5)
        if kind == 0:
            out[place : place + 1] = bytes([dice.randrange(256)])
        elif kind == 1:
            del out[place : place + length]
        elif kind == 2:
            out[place:place] = out[place : place + length]
        elif kind == 3:
            out[place : place + length] = dice.randbytes(length)
        elif dice.random() < 0.2:
            del out[place:]
    return bytes(out)


def shuffled(text: str, dice: random.Random) -> str:
    """The text with lines doubled, lost and swapped, and signs of the genre strewn in."""
    lines = text.split("\n")
    for _ in range(dice.randrange(1, 12)):
        place = dice.randrange(len(lines))
        kind = dice.randrange(4)
        if kind == 0:
            lines.insert(place, lines[dice.randrange(len(lines))])
        elif kind == 1 and len(lines) > 1:
            del lines[place]
        elif kind == 2:
            lines[place] = lines[place] * dice.randrange(1, 30)
        else:
            at = dice.randrange(len(lines[place]) + 1)
            lines[place] = (
                lines[place][:at]
                + dice.choice("（）()；。：、“”第一1名编制") * dice.randrange(1, 200)
                + lines[place][at:]
            )
    return "\n".join(lines)


def repacked(data: bytes, dice: random.Random) -> bytes:
    """The package whole, one of its parts damaged."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w") as target:
        chosen = dice.choice(["word/document.xml", "word/numbering.xml", "word/styles.xml", "_rels/.rels"])
        for name in source.namelist():
            part = source.read(name)
            target.writestr(name, damaged(part, dice) if name == chosen else part)
    return out.getvalue()


def words(document: Document) -> bytes:
    return "\n".join(document.lines).encode()


def word(document: Document) -> bytes:
    return word_file([piece if isinstance(piece, str) else Table(piece) for piece in document.pieces])


def texts(dice: random.Random) -> Iterator[bytes]:
    for _ in range(150):
        document = dice.choice(SOURCES)
        yield damaged(words(document), dice)
        yield shuffled("\n".join(document.lines), dice).encode(dice.choice(["utf-8", "gb18030", "utf-16"]))


def packages(dice: random.Random) -> Iterator[bytes]:
    whole = [word(document) for document in SOURCES]
    for _ in range(100):
        yield damaged(dice.choice(whole), dice)
        yield repacked(dice.choice(whole), dice)


def pages(dice: random.Random) -> Iterator[bytes]:
    whole = [pdf_file(document.pieces[-14:], head="汇编") for document in SOURCES]
    for _ in range(250):
        yield damaged(dice.choice(whole), dice)


def refusal_of(data: bytes, name: str) -> str:
    """What a person is told, "" when the file is read."""
    try:
        parse_file(data, name).as_contract()
    except DomainError as refusal:
        return str(refusal)
    return ""


def in_this_process(data: bytes) -> list[dict[str, object]]:
    """The child's own reading without the start of a child, its refusals as the parent says them."""
    answer = pdf_text.read(data)
    if "refused" in answer:
        raise UnreadableDocument
    found: list[dict[str, object]] = answer["pages"]
    return found


@pytest.mark.parametrize(("mutants", "name"), [(texts, "三定.txt"), (packages, "三定.docx"), (pages, "三定.pdf")])
def test_a_damaged_file_is_read_or_refused_in_one_sentence(
    mutants: Callable[[random.Random], Iterator[bytes]], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_taken_apart", in_this_process)
    said = ends_of(
        lambda data: refusal_of(data, name),
        ((f"{name}, mutant {number}", data) for number, data in enumerate(mutants(random.Random(SEED)), start=1)),
    )
    assert len(said) >= 200
    assert not any("\n" in sentence for sentence in said)
    assert "" in said


def damaged_pdfs() -> None:
    """Print what is said of eight damaged files, and the peak of memory of the children that read them, in MiB."""
    dice = random.Random(SEED)
    whole = pdf_file(SOURCES[0].pieces)
    said = [refusal_of(damaged(whole, dice), "三定.pdf") for _ in range(8)]
    print(json.dumps([said, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024]))


def test_damaged_pdfs_are_read_or_refused_by_the_child_within_its_memory() -> None:
    """In a program of its own: a child counts the memory of what it was forked from as its own."""
    program = f"from {damaged_pdfs.__module__} import damaged_pdfs; damaged_pdfs()"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")])}
    done = subprocess.run(
        [sys.executable, "-c", program], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    said, peak = json.loads(done.stdout)

    assert len(said) == 8
    assert not any("\n" in sentence for sentence in said)
    assert peak < MOST_MIB
