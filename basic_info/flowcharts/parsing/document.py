"""The XML of a flowchart, read as what it is: a file from outside."""

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from io import BytesIO
from typing import Any

from lxml import etree

from basic_info.flowcharts.errors import NotAFlowchart

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
MAX_BYTES = 20 * 1024 * 1024
MAX_ELEMENTS = 200_000

Element = Any
"""An lxml element; the package's stubs don't describe all that is used of it."""

_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"encoding\s*=\s*[\"']\s*([A-Za-z0-9._-]{2,30})")
_BROKEN = "流程图文件的 XML 不完整或有错误，请从流程图软件重新导出"


def read_definitions(data: bytes) -> Element:
    """The ``definitions`` element of a BPMN 2.0 file in any encoding and under any prefix.

    No entities, no DTD, no network, 20 MiB and 200,000 elements at most; NotAFlowchart otherwise.
    """
    if len(data) > MAX_BYTES:
        raise NotAFlowchart("流程图文件超过 20 MiB，请拆分后上传")
    # Without the zeros UTF-16 looks like ASCII: one search finds a declaration in either.
    if b"<!DOCTYPE" in data.replace(b"\0", b""):
        raise NotAFlowchart("流程图文件中含有 DTD 或实体声明，出于安全不予读取")
    try:
        root = _parse(data)
    except (etree.LxmlError, LookupError, ValueError):
        root = _parse_decoded(data)
    if root is None or root.tag != f"{{{MODEL}}}definitions":
        raise NotAFlowchart
    return root


def _parse(data: bytes) -> Element:
    """Element by element, so that a file of millions of empty ones is left before it fills the memory."""
    reading = etree.iterparse(
        BytesIO(data),
        events=("start",),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for number, (_, element) in enumerate(reading):
        if number > MAX_ELEMENTS:
            raise NotAFlowchart("流程图的元素过多，请拆分后上传")
        if number == 0 and element.getroottree().docinfo.doctype:
            raise NotAFlowchart("流程图文件中含有 DTD 或实体声明，出于安全不予读取")
    return reading.root


def _parse_decoded(data: bytes) -> Element:
    """Once more in the encoding that the file is really in; some exports declare another, or one unknown."""
    for encoding in _encodings(data):
        try:
            text = _DECLARATION.sub("", data.decode(encoding), count=1)
            return _parse(text.encode())
        except (etree.LxmlError, LookupError, ValueError):
            continue
    raise NotAFlowchart(_BROKEN)


def _encodings(data: bytes) -> list[str]:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return ["utf-16"]
    declared = _DECLARED.search(data[:200])
    named = [declared[1].decode()] if declared and not data.startswith(BOM_UTF8) else []
    return ["utf-8-sig", *named, "gb18030"]


def local_name(element: Element) -> str:
    """``task`` of ``{…MODEL}task``; ``""`` for what is not of the BPMN model."""
    tag = element.tag
    return tag.removeprefix(f"{{{MODEL}}}") if isinstance(tag, str) and tag.startswith(f"{{{MODEL}}}") else ""


def any_name(element: Element) -> str:
    """The name without its namespace, whoever's it is."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
