"""Files and documents that are refused, each with one Chinese sentence."""

import io
import zipfile

import pytest
from docx import Document

from basic_info.mandates.errors import NotAMandate, UnreadableDocument
from basic_info.mandates.parsing import docx, parse_file, read_document, reading
from host.kernel.errors import DomainError


def word(*paragraphs: str) -> bytes:
    document = Document()
    for paragraph in paragraphs:
        document.add_paragraph(paragraph)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name.replace("__", "/", 1).replace("__", "."), data)
    return out.getvalue()


def test_an_old_word_file_is_to_be_saved_as_docx() -> None:
    with pytest.raises(UnreadableDocument, match="另存为 .docx"):
        read_document(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "三定.docx")


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 ...", b"{\\rtf1 }", b"PK\x03\x04 broken", b"\x00\x01\x02\xff"])
def test_another_kind_of_file_is_refused(data: bytes) -> None:
    with pytest.raises(DomainError, match="[\u4e00-\u9fff]"):
        read_document(data, "三定.docx")


def test_a_zip_that_is_no_word_file_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="不是 Word 文档"):
        read_document(package(xl__workbook=b"<a/>"), "三定.docx")


def test_entities_are_not_expanded() -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><d><body><p><t>&b;</t></p></body></d>'
    with pytest.raises(UnreadableDocument, match="实体声明"):
        read_document(package(word__document__xml=bomb), "三定.docx")


def test_a_file_over_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "FILE_LIMIT", 100)
    with pytest.raises(UnreadableDocument, match="64 MB"):
        read_document(b"a" * 101, "三定.txt")


def test_a_package_that_unpacks_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx, "UNPACKED_LIMIT", 1000)
    with pytest.raises(UnreadableDocument, match="256 MB"):
        read_document(word("文" * 10), "三定.docx")


@pytest.mark.parametrize(
    "paragraphs",
    [
        (),
        ("2024年工作总结", "一、主要成绩", "全年完成任务20项。", "二、下一步打算", "继续努力。"),
        ("关于召开会议的通知", "各单位：", "定于3月1日召开会议。"),
        (
            "临沂市机构编制管理办法",
            "第一条　为规范机构编制管理，制定本办法。",
            "第二条　本办法适用于全市各级机关。",
            "第三条　编制分为行政编制和事业编制。",
            "第四条　本办法自2020年1月1日起施行。",
        ),
        ("关于同意举办广场舞大赛的批复", "市体育局：", "同意你局举办大赛。此复。"),
        (
            "关于贯彻落实《临沂市商务局职能配置、内设机构和人员编制规定》的通知",
            "各科室：",
            "一、认真学习。",
            "二、抓好落实。",
        ),
    ],
)
def test_a_document_that_is_no_mandate_is_refused(paragraphs: tuple[str, ...]) -> None:
    with pytest.raises(NotAMandate) as refusal:
        parse_file(word(*paragraphs), "文件.docx")
    assert "\n" not in str(refusal.value)
    assert refusal.value.status == 422


def test_a_paragraph_without_end_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="1 万字"):
        read_document(("编制1名" * 10_000).encode(), "三定.txt")
