"""A sentence model as a second opinion on how alike two texts are: an optional extra, off by default (R46).

``LVZHI_EMBEDDING_DIR`` names a folder with ``model.onnx`` (any BERT-like sentence model, exported) and its
``tokenizer.json``; the packages come by ``requirements-embedding.lock``. Nothing leaves the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import structlog
from flask import current_app

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: Rows of 32-bit floats.
Matrix: TypeAlias = "NDArray[np.float32]"
#: Texts → a row of length 1 for each.
Embed: TypeAlias = "Callable[[Sequence[str]], Matrix]"
log = structlog.get_logger("host.embedding")


class NoModel(Exception):
    """The folder, its files or the packages are not there; the text says what to do."""


def embedder() -> Embed | None:
    """The model of this installation; None where none is set, or where it cannot be used (the log says why)."""
    folder = current_app.extensions["settings"].embedding_dir
    if folder is None:
        return None
    try:
        return _model(folder)
    except NoModel as missing:
        log.warning("embedding_unavailable", detail=str(missing))
        return None


@lru_cache(maxsize=1)
def _model(folder: Path) -> Embed:
    from host.kernel.sentence_model import SentenceModel  # noqa: PLC0415  # it brings numpy along

    return SentenceModel(folder)
