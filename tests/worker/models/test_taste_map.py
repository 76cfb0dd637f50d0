"""The map of a taste: how far sentences move; its file is read, and nothing in it is run."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from worker.errors import WeightsMissingError
from worker.models.taste_map import TasteMap, Vectors


def units(count: int, dim: int = 16, seed: int = 7) -> Vectors:
    vectors = np.random.default_rng(seed).normal(size=(count, dim))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


POVS, LIKED, OTHERS = units(3), units(3, seed=8), units(5, seed=9)


@pytest.fixture(params=[True, False], ids=["for all", "each by itself"])
def taste(request: pytest.FixtureRequest) -> TasteMap:
    return TasteMap(POVS, LIKED - POVS, request.param)


def test_no_strength_is_the_base_to_the_last_digit(taste: TasteMap) -> None:
    assert taste.moved(POVS, 0.0).tobytes() == POVS.tobytes()


def test_points_of_view_come_nearer_to_what_is_liked_with_each_step(taste: TasteMap) -> None:
    nearness = [
        float(np.mean(np.sum(taste.moved(POVS, strength) * LIKED, axis=1)))
        for strength in (0, 0.25, 0.5, 0.75, 1)
    ]
    assert nearness == sorted(nearness)
    assert len(set(nearness)) == 5


def test_vectors_stay_of_length_one(taste: TasteMap) -> None:
    lengths = np.linalg.norm(taste.moved(np.vstack([POVS, OTHERS]), 1.0), axis=1)
    assert lengths == pytest.approx(np.ones(8), abs=1e-6)


def test_a_sentence_that_had_no_labels_stays_where_each_goes_by_itself() -> None:
    alone = TasteMap(POVS, LIKED, for_all=False)
    assert alone.moved(OTHERS, 1.0).tobytes() == OTHERS.tobytes()
    together = TasteMap(POVS, LIKED, for_all=True)
    assert not np.allclose(together.moved(OTHERS, 1.0), OTHERS)


def test_a_sentence_is_known_again_whatever_batch_it_was_in() -> None:
    taste = TasteMap(POVS, LIKED, for_all=False)
    rounded = (POVS + np.float32(3e-8)).astype(np.float32)
    assert np.allclose(taste.moved(rounded, 1.0), taste.moved(POVS, 1.0), atol=1e-6)


def test_it_comes_back_as_it_was_written(taste: TasteMap, tmp_path: Path) -> None:
    taste.write(tmp_path)
    again = TasteMap.read(tmp_path)
    assert again.for_all == taste.for_all
    assert again.povs.tobytes() == taste.povs.tobytes()
    assert again.moves.tobytes() == taste.moves.tobytes()


def pickled(path: Path) -> None:
    np.savez(path, povs=np.array([{}], dtype=object), moves=POVS, for_all=np.array(True))


def truncated(path: Path) -> None:
    TasteMap(POVS, LIKED, for_all=True).write(path.parent)
    path.write_bytes(path.read_bytes()[:-40])


def odd_shapes(path: Path) -> None:
    np.savez(path, povs=POVS, moves=POVS[:2], for_all=np.array(True))


def no_numbers(path: Path) -> None:
    np.savez(path, povs=POVS, moves=POVS * np.nan, for_all=np.array(True))


DAMAGE = {
    "a pickle": lambda path: path.write_bytes(pickle.dumps(POVS)),
    "a pickle inside": pickled,
    "half of it": truncated,
    "nothing": lambda path: path.write_bytes(b""),
    "other shapes": odd_shapes,
    "no numbers": no_numbers,
    "another part": lambda path: np.savez(path, povs=POVS),
    "no file": lambda path: None,
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_what_is_no_map_is_refused_in_three_parts(damage, tmp_path: Path) -> None:
    damage(tmp_path / "taste.npz")
    with pytest.raises(WeightsMissingError) as refused:
        TasteMap.read(tmp_path)
    assert all((refused.value.what, refused.value.why, refused.value.next_step))
