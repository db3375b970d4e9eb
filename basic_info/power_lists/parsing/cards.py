"""A card for each item: its fields one below the other, as offices sort out responsibilities (责任事项登记表)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from basic_info.power_lists.parsing.columns import Field, field_of, is_header
from basic_info.power_lists.parsing.sheet import SheetReader

_LONGEST_LABEL = 20
_ROWS_BEFORE_CARDS = 30


@dataclass
class _Card:
    """What a card says by its labels; ``row`` is where it names its item, 0: it does not."""

    row: int = 0
    values: dict[str, str] = field(default_factory=dict)


def read_cards(name: str, rows: Iterable[tuple[int, list[str]]]) -> SheetReader | None:
    """The items of a sheet of cards; None for any other sheet. Rows as (number from 1, texts), merged areas filled."""
    reader = SheetReader(name)
    cards: list[_Card] = []
    begins_anew = True
    for number, texts in rows:
        pairs = _pairs(texts)
        if not pairs:
            # A label without its content is still within the card.
            begins_anew = begins_anew or not any(map(_is_label, texts))
            if not cards:
                reader.read(number, texts)
        else:
            names_item = any(field_of(label) is Field.NAME for label, _ in pairs)
            # What a card says a second time is the next card's: 职权类别 may stand before 职权名称.
            if begins_anew or (cards[-1].row and any(label in cards[-1].values for label, _ in pairs)):
                cards.append(_Card())
            begins_anew = False
            if names_item:
                cards[-1].row = cards[-1].row or number
            cards[-1].values |= {label: text for label, text in pairs if label not in cards[-1].values}
        if number >= _ROWS_BEFORE_CARDS and not any(card.row for card in cards):
            return None
    return _as_table(reader, _whole(cards))


def _pairs(texts: list[str]) -> list[tuple[str, str]]:
    """标签 and 内容 by turns; nothing where the row does not begin with a label."""
    cells = [text for place, text in enumerate(texts) if text and (not place or text != texts[place - 1])]
    if not cells or not _is_label(cells[0]):
        return []
    pairs: list[tuple[str, str]] = []
    label = ""
    for text in cells:
        if label and not _is_label(text):
            pairs.append((label, text))
            label = ""
        else:
            label = text if _is_label(text) else ""
    return pairs


def _is_label(text: str) -> bool:
    return len(text) <= _LONGEST_LABEL and field_of(text) is not None


def _whole(cards: list[_Card]) -> list[_Card]:
    """A rest that names no item, as behind a blank row, belongs to the card above it."""
    whole: list[_Card] = []
    for card in cards:
        if card.row:
            whole.append(card)
        elif whole:
            whole[-1].values = {**card.values, **whole[-1].values}
    return whole


def _as_table(reader: SheetReader, cards: list[_Card]) -> SheetReader | None:
    labels = list(dict.fromkeys(label for card in cards for label in card.values))
    if not is_header(labels):
        return None
    reader.read(cards[0].row, labels)
    for card in cards:
        reader.read(card.row, [card.values.get(label, "") for label in labels])
    return reader
