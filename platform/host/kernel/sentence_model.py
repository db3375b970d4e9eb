"""The sentence model itself: packages of an optional extra, loaded by who uses it (see ``embedding``)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from host.kernel.embedding import Matrix, NoModel

MODEL, TOKENIZER = "model.onnx", "tokenizer.json"
_AT_A_TIME = 64
_MOST_TOKENS = 256


class SentenceModel:
    """The mean of a model's token vectors, as rows of length 1. Raises NoModel."""

    def __init__(self, folder: Path) -> None:
        for name in (MODEL, TOKENIZER):
            if not (folder / name).is_file():
                raise NoModel(f"{folder} 中没有 {name}")
        try:
            import onnxruntime  # noqa: PLC0415 - only where the extra is installed
            from tokenizers import Tokenizer  # noqa: PLC0415
        except ImportError as missing:
            raise NoModel("请先执行 .venv/bin/pip install --require-hashes -r requirements-embedding.lock") from missing
        try:
            self._tokenizer: Any = Tokenizer.from_file(str(folder / TOKENIZER))
            self._session: Any = onnxruntime.InferenceSession(str(folder / MODEL), providers=["CPUExecutionProvider"])
        except Exception as broken:  # both raise bare Exceptions of their own
            raise NoModel(f"{folder} 中的模型不能读取") from broken
        self._tokenizer.enable_truncation(max_length=_MOST_TOKENS)
        self._tokenizer.enable_padding()
        self._inputs = {one.name for one in self._session.get_inputs()}

    def __call__(self, texts: Sequence[str]) -> Matrix:
        """Equal texts are read once; those of like length together, so that little is padded."""
        known = sorted(set(texts), key=len)
        rows: dict[str, Matrix] = {}
        for start in range(0, len(known), _AT_A_TIME):
            some = known[start : start + _AT_A_TIME]
            rows.update(zip(some, self._read(some), strict=True))
        return np.vstack([rows[text] for text in texts]) if texts else np.zeros((0, 1), dtype=np.float32)

    def _read(self, texts: Sequence[str]) -> Matrix:
        found = self._tokenizer.encode_batch(list(texts))
        ids = np.array([one.ids for one in found], dtype=np.int64)
        mask = np.array([one.attention_mask for one in found], dtype=np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        answer = self._session.run(None, {name: value for name, value in given.items() if name in self._inputs})[0]
        if answer.ndim == 3:
            weights = mask[:, :, None].astype(np.float32)
            answer = (answer * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1)
        length = np.linalg.norm(answer, axis=1, keepdims=True)
        rows: Matrix = (answer / np.maximum(length, 1e-9)).astype(np.float32)
        return rows
