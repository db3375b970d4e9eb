"""The optional sentence model: off unless a folder is named, told by the doctor, used where it is installed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from flask import Flask

from basic_info.duties.pairs import Candidates
from basic_info.duties.similarity import likest
from config import Settings
from host.commands import doctor
from host.kernel.embedding import Matrix, NoModel, embedder
from host.kernel.sentence_model import MODEL, TOKENIZER, SentenceModel

#: What the pairs below mean, as a model that knows synonyms would say it.
MEANING = {"教师": (1.0, 0.0), "师资队伍": (0.9, 0.436), "粮食": (0.0, 1.0)}


def by_meaning(texts: object) -> Matrix:
    return np.array([MEANING.get(text, (0.6, 0.8)) for text in texts], dtype=np.float32)  # type: ignore[attr-defined]


def test_no_model_has_a_say_unless_a_folder_is_named(app: Flask) -> None:
    with app.app_context():
        assert embedder() is None


def test_a_model_finds_what_shares_no_word() -> None:
    texts = Candidates(["师资队伍", "粮食"])
    assert likest(["教师"], texts, count=1, least=0.08) == [[]]
    assert likest(["教师"], texts, count=1, least=0.08, embed=by_meaning) == [[(0, 0.4)]]


def test_what_words_say_counts_as_much_as_the_model() -> None:
    found = likest(["教师"], Candidates(["教师"]), count=1, least=0.08, embed=by_meaning)
    assert found == [[(0, 1.0)]]


def test_a_pair_that_people_joined_is_looked_at_by_the_model_too() -> None:
    texts = Candidates(["粮食"], learned=[(0, "师资队伍")])
    assert likest(["教师"], texts, count=1, least=0.08, embed=by_meaning) == [[(0, 0.36)]]


def test_a_folder_without_a_model_is_told_and_words_alone_count(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings: Settings = app.extensions["settings"]
    monkeypatch.setitem(app.extensions, "settings", replace(settings, embedding_dir=tmp_path))
    monkeypatch.setenv("LVZHI_EMBEDDING_DIR", str(tmp_path))
    with app.app_context():
        assert embedder() is None
    found = doctor.sentence_model()
    assert (found.is_well, MODEL in found.say) == (False, True)


def test_the_doctor_knows_that_it_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LVZHI_EMBEDDING_DIR", raising=False)
    assert doctor.sentence_model().is_well


def test_files_that_are_no_model_are_refused(tmp_path: Path) -> None:
    (tmp_path / MODEL).write_bytes(b"no model")
    (tmp_path / TOKENIZER).write_text("{}")
    with pytest.raises(NoModel):
        SentenceModel(tmp_path)


@pytest.fixture
def tiny(tmp_path: Path) -> SentenceModel:
    """A model of one table: the vectors of 甲, 乙 and the padding. Skipped by name without the extra and ``onnx``."""
    pytest.importorskip("onnxruntime", reason="requirements-embedding.lock is not installed")
    pytest.importorskip("tokenizers", reason="requirements-embedding.lock is not installed")
    onnx = pytest.importorskip("onnx", reason="onnx, which makes the model of this test, is not installed")
    table = np.array([[0, 0], [3, 0], [0, 4]], dtype=np.float32)
    helper, number = onnx.helper, onnx.TensorProto
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "input_ids"], ["hidden"])],
        "tiny",
        [
            helper.make_tensor_value_info("input_ids", number.INT64, ["batch", "tokens"]),
            helper.make_tensor_value_info("attention_mask", number.INT64, ["batch", "tokens"]),
        ],
        [helper.make_tensor_value_info("hidden", number.FLOAT, ["batch", "tokens", 2])],
        [helper.make_tensor("table", number.FLOAT, table.shape, table.flatten().tolist())],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (tmp_path / MODEL).write_bytes(model.SerializeToString())
    vocabulary: dict[str, object] = {
        "version": "1.0", "added_tokens": [], "normalizer": None, "post_processor": None, "decoder": None,
        "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": False},
        "model": {"type": "WordLevel", "vocab": {"[PAD]": 0, "甲": 1, "乙": 2}, "unk_token": "[PAD]"},
    }  # fmt: skip
    (tmp_path / TOKENIZER).write_text(json.dumps(vocabulary), encoding="utf-8")
    return SentenceModel(tmp_path)


def test_a_model_gives_the_mean_of_its_tokens_without_the_padding(tiny: SentenceModel) -> None:
    rows = tiny(["甲", "甲乙", "乙", "甲"])
    assert np.allclose(rows, [(1, 0), (0.6, 0.8), (0, 1), (1, 0)])


def test_no_texts_give_no_rows(tiny: SentenceModel) -> None:
    assert len(tiny([])) == 0
