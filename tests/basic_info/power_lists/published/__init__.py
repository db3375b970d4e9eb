"""Lists as departments publish them, each irregular in its own way, with what a careful person finds in it."""

from tests.basic_info.power_lists.grids import Made
from tests.basic_info.power_lists.published import blocks, cells, forms, further, habits, headers, own_words, texts


def every() -> list[Made]:
    return [
        maker() for part in (headers, blocks, cells, texts, further, forms, own_words, habits) for maker in part.MAKERS
    ]
