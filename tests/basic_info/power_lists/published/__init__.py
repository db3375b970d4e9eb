"""Lists as departments publish them, each irregular in its own way, with what a careful person finds in it."""

from tests.basic_info.power_lists.grids import Made
from tests.basic_info.power_lists.published import (
    blocks,
    cells,
    forms,
    further,
    habits,
    headers,
    oddities,
    own_words,
    provincial,
    texts,
)

_PARTS = (headers, blocks, cells, texts, further, forms, own_words, habits, oddities, provincial)


def every() -> list[Made]:
    return [maker() for part in _PARTS for maker in part.MAKERS]
