"""Reading and parsing of mandate documents (三定规定解析), pure: no database, no web."""

from basic_info.mandates.parsing.blocks import Block
from basic_info.mandates.parsing.model import ParsedMandate
from basic_info.mandates.parsing.parser import parse_mandate
from basic_info.mandates.parsing.reading import read_document

__all__ = ["Block", "ParsedMandate", "parse_file", "parse_mandate", "read_document"]


def parse_file(data: bytes, file_name: str) -> ParsedMandate:
    """The mandate in a file; UnreadableDocument or NotAMandate (both DomainError) with one sentence why not."""
    return parse_mandate(read_document(data, file_name))
