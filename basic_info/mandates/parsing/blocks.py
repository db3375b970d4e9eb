"""What a document consists of (段落、表格): the reader makes it, the parser takes it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A paragraph (段落) or a table (表格), in the order of the document.

    `text` is a paragraph's words with its automatic number in front; `rows` is empty for a paragraph. In a table
    each merged cell's text stands once, in the first of its cells, the others are empty strings; the paragraphs of
    one cell are parted by line feeds.
    """

    text: str = ""
    rows: tuple[tuple[str, ...], ...] = ()
    is_heading: bool = False
    is_text_box: bool = False

    @property
    def is_table(self) -> bool:
        """Whether this is a table."""
        return bool(self.rows)
