"""A flowchart as everybody may see it: the drawing and its names, nothing that was noted for the office's own use."""

from __future__ import annotations

from lxml import etree

from basic_info.flowcharts.drawing.document import DC, DI, DIAGRAM
from basic_info.flowcharts.errors import NotAFlowchart
from basic_info.flowcharts.parsing.document import MODEL, Element, read_definitions
from basic_info.flowcharts.queries import DECLARATION

_DRAWN = {MODEL, DIAGRAM, DC, DI}
#: Notes, who does a step by name, and what machines calculate: parts of the file that are not drawn.
_UNDRAWN = {
    "documentation", "extensionElements", "conditionExpression", "script", "performer", "humanPerformer",
    "potentialOwner", "resource", "resourceRole", "ioSpecification", "import", "interface", "itemDefinition",
}  # fmt: skip


def public_model(model: str) -> str:
    """The BPMN document without documentation, extensions of other programs, expressions, performers and comments.

    A document that cannot be read (kept before files were checked) is an empty drawing: nothing unread goes out.
    """
    try:
        root = read_definitions(model.encode())
    except NotAFlowchart:
        return f'{DECLARATION}<definitions xmlns="{MODEL}"/>'
    for node in list(root.iter()):
        parent = node.getparent()
        if parent is not None and not _is_drawn(node):
            parent.remove(node)
        elif isinstance(node.tag, str):
            for name in [name for name in node.attrib if str(name).startswith("{")]:
                del node.attrib[name]
    etree.cleanup_namespaces(root)
    return DECLARATION + str(etree.tostring(root, encoding="unicode"))


def _is_drawn(node: Element) -> bool:
    if not isinstance(node.tag, str):
        return False  # a comment or a processing instruction
    name = etree.QName(node)
    return name.namespace in _DRAWN and name.localname not in _UNDRAWN
