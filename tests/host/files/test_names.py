"""Security row 27 (V5.3.2, V5.4.2): names of files as hostile people would give them."""

from __future__ import annotations

import unicodedata

import pytest

from host.kernel.files.kinds import FileKind
from host.kernel.files.names import LONGEST, clean_name

HOSTILE = [
    "../../../etc/passwd",
    "..\\..\\windows\\system32\\config",
    "/etc/shadow",
    "C:\\boot.ini",
    "....//....//x.pdf",
    "a/../../b.pdf",
    "x\r\nSet-Cookie: a=b.pdf",
    "x\nContent-Type: text/html.pdf",
    "照片\u202egnp.exe",
    "\u2066报告\u2069.pdf",
    "零\u200b宽\ufeff.pdf",
    "空\x00.php.pdf",
    '"; filename="evil.html',
    "<script>alert(1)</script>.pdf",
    "CON",
    "nul.pdf",
    "...",
    "   ",
    "\ud800.pdf",
    "长" * 400 + ".pdf",
    "a|b?c*d:e.pdf",
    "%2e%2e%2fpasswd",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_security_row_27_v5_3_2_no_part_of_a_name_leads_elsewhere(name: str) -> None:
    cleaned = clean_name(name, FileKind.PDF)
    assert not set('/\\\r\n\0<>"|?*:;%') & set(cleaned)


@pytest.mark.parametrize("name", HOSTILE)
def test_security_row_27_v5_4_2_a_name_holds_nothing_unseen(name: str) -> None:
    cleaned = clean_name(name, FileKind.PDF)
    assert {unicodedata.category(char) for char in cleaned}.isdisjoint({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})


@pytest.mark.parametrize("name", HOSTILE)
def test_security_row_27_v5_3_2_a_name_is_short_and_ends_as_its_content_does(name: str) -> None:
    cleaned = clean_name(name, FileKind.PDF)
    assert (len(cleaned) <= LONGEST + 1, cleaned.endswith(".pdf"), cleaned.startswith(".")) == (
        True,
        True,
        False,
    )


@pytest.mark.parametrize("name", ["关于设立科室的批复（2026）.pdf", "王芳 年度考核.pdf", "𠮷野㑇.pdf"])
def test_a_plain_chinese_name_stays_as_it_is(name: str) -> None:
    assert clean_name(name, FileKind.PDF) == name


def test_a_wrong_ending_is_followed_by_the_right_one() -> None:
    assert clean_name("照片.exe", FileKind.JPEG) == "照片.exe.jpg"


def test_a_reserved_name_of_windows_is_marked() -> None:
    assert clean_name("nul.pdf", FileKind.PDF) == "_nul.pdf"
