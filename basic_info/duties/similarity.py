"""How alike two texts are: the cosine of their character pairs, weighted by how rare a pair is.

A sentence model may have a say too, where an installation has one (``host.kernel.embedding``).
"""

from __future__ import annotations

from collections.abc import Sequence

from basic_info.duties.pairs import Candidates
from host.kernel.embedding import Embed, Matrix


def likest(
    askers: Sequence[str],
    candidates: Candidates,
    *,
    count: int,
    least: float,
    groups: Sequence[int] = (),
    barred: Sequence[frozenset[int]] = (),
    embed: Embed | None = None,
) -> list[list[tuple[int, float]]]:
    """For each asker its ``count`` likest candidates at or above ``least``: (place, cosine 0–1), the likest first.

    A candidate counts as what it says or as what people joined with it before, whichever is more alike.
    ``groups`` and ``barred`` (places out of the question) are those of the askers, in their order. With ``embed`` the
    score is the mean of what words and model say.
    """
    # It brings numpy, scipy and scikit-learn along, a second and 100 MiB that only who compares texts shall pay.
    from basic_info.duties import cosines  # noqa: PLC0415

    return cosines.likest(askers, candidates, count=count, least=least, groups=groups, barred=barred, embed=embed)


def likeness(askers: Sequence[str], candidates: Sequence[str]) -> Matrix:
    """Cosine 0–1 of each asker (row) with each candidate (column)."""
    from basic_info.duties import cosines  # noqa: PLC0415  # as above

    return cosines.likeness(askers, candidates)
