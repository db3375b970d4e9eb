"""Safe reading of the XML inside a .docx: no entities, no DTD, no network; names without their namespace.

Word, WPS and the strict form of the standard use different namespaces for the same elements,
so local names are compared.
"""

from collections.abc import Iterator

from lxml import etree

from basic_info.mandates.errors import UnreadableDocument


def parse_xml(data: bytes) -> etree._Element:
    """The root of an XML part; UnreadableDocument when it is broken or declares a document type."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument("文件内容已损坏，请用 Word 打开并重新保存后再导入。") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableDocument("文件中含有不允许的实体声明，请用 Word 重新保存后再导入。")
    return root


def name_of(element: etree._Element) -> str:
    """The element's name without namespace, "" for comments and processing instructions."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """The direct children of that name."""
    return (node for node in element if name_of(node) == name)


def child(element: etree._Element | None, name: str) -> etree._Element | None:
    """The first direct child of that name, null when there is none."""
    return next(children(element, name), None) if element is not None else None


def attribute(element: etree._Element, name: str) -> str | None:
    """The attribute of that name in whatever namespace, null when absent."""
    for key, value in element.attrib.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return None


def value_of(element: etree._Element | None) -> str | None:
    """The `val` attribute of an element that may be absent."""
    return attribute(element, "val") if element is not None else None
