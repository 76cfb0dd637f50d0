"""The regress job: from three files to words, and what it does when they are bad."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

from tests.worker.pipeline.conftest import CountingEmbedder, Watched, timeless
from tests.worker.regression.films import film_tables
from tests.worker.regression.films import regress_request as request
from worker.contract import (
    PROJECTION_BLOB,
    SCATTER_BLOB,
    RegressRequest,
    RegressResult,
    TablePlace,
)
from worker.errors import CancelledError, InputError
from worker.jobs import run_job
from worker.runtime import Runtime


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return film_tables(tmp_path)


def regressed(watched: Watched, asked: RegressRequest) -> RegressResult:
    result = run_job(asked, watched.context)
    assert isinstance(result, RegressResult)
    return result


def append(path: Path, *lines: str) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write("".join(f"{line}\r\n" for line in lines))


def test_the_planted_taste_is_found_and_told_in_words(watched: Watched, folder: Path):
    result = regressed(watched, request(folder))
    assert result.verdict.p <= 0.01
    assert "beyond chance" in result.verdict.words[0]
    assert result.views[0].pov_id == "P1"
    assert result.views[0].cosine > result.views[0].chance_high
    assert len(result.features) == 20
    assert {row.end for row in result.items} == {"highest", "lowest"}
    assert result.problems == ()
    assert watched.blobs.keys() == {SCATTER_BLOB, PROJECTION_BLOB}


def test_whatever_is_told_fits_the_request(watched: Watched, folder: Path):
    asked = request(folder)
    result = regressed(watched, asked)
    asked.check_result(result)
    rows = [event.row for event in watched.events if event.kind == "row"]
    assert rows == [result.verdict, *result.features, *result.views, *result.items]
    for row in rows:
        asked.check_row(row)
    for name, picture in watched.blobs.items():
        asked.check_blob(name, picture)
    stages = [event.stage for event in watched.events if event.kind == "progress"]
    assert list(dict.fromkeys(stages)) == ["Embedding", "Shuffling", "Redrawing"]


def test_the_original_equals_scikit_learn_on_the_frame_of_the_notebook(
    watched: Watched, folder: Path
):
    result = regressed(watched, request(folder, mode="original"))

    ratings, users, movies = (
        pd.read_csv(folder / f"{name}.csv") for name in ("ratings", "users", "movies")
    )
    embedder = watched.runtime.embedder("test:hash")
    frame = ratings.merge(users, on="user_id").merge(movies, on="movie_id")
    parts = [frame[["age"]], pd.get_dummies(frame[["gender", "occupation"]], dtype=float)]
    for text in ("title", "overview"):
        vectors = embedder.embed_documents(list(frame[text])).astype(float)
        parts.append(pd.DataFrame(vectors).add_prefix(f"{text}_embedding_"))
    columns = pd.concat(parts, axis=1)
    known, _, told, _ = train_test_split(columns, frame["rating"], test_size=0.2, random_state=42)
    reference = Ridge(alpha=5.0).fit(known, told)
    order = np.argsort(-np.abs(reference.coef_), kind="stable")[:20]

    assert [row.feature for row in result.features] == list(columns.columns[order])
    found = [row.coefficient for row in result.features]
    assert found == pytest.approx(reference.coef_[order], abs=1e-8)
    assert "This split leaks" in result.verdict.words[1]
    assert result.views == ()
    assert watched.blobs.keys() == {SCATTER_BLOB}


def test_rows_that_cannot_be_used_are_named_and_counted_and_the_rest_goes_on(
    watched: Watched, folder: Path
):
    whole = regressed(Watched(watched.runtime), request(folder, mode="original"))
    append(folder / "ratings.csv", "99,1,4", "1,98,4", "1,1,good")
    append(folder / "users.csv", "1,20,F,nurse", ",20,F,nurse")
    append(folder / "movies.csv", "77,Bare,", "1,Again,kettle")
    result = regressed(watched, request(folder, mode="original"))
    told = [problem.what for problem in result.problems]
    assert [line.partition(",")[0] for line in told] == [
        "Rows of the users table without user_id: 1",
        "Rows of the users table whose user_id stands above already: 1",
        "Rows of the items table whose movie_id stands above already: 1",
        "Items without title or overview: 1",
        "Ratings whose rating is no number: 1",
        "Ratings whose user_id is not in the users table: 1",
        "Ratings whose movie_id is not among items with text: 1",
    ]
    assert result.features == whole.features


def test_japanese_texts_in_an_old_encoding_and_other_separators(watched: Watched, folder: Path):
    lines = (folder / "movies.csv").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line.replace(",", ";").replace("kettle", "やかん") for line in lines)
    (folder / "movies.csv").write_bytes(text.encode("cp932"))
    result = regressed(watched, request(folder))
    assert result.problems == ()
    assert any("movies.csv was read as" in remark for remark in result.remarks)
    assert result.verdict.p <= 0.01


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"target": "stars"}, "no column 'stars'"),
        ({"texts": ("plot",)}, "no column 'plot'"),
        ({"user_column": "who"}, "no column 'who'"),
        ({"items": TablePlace(file="/nowhere.csv")}, "cannot be opened"),
    ],
)
def test_what_is_missing_is_named(watched: Watched, folder: Path, changes, words: str):
    with pytest.raises(InputError, match=words):
        regressed(watched, request(folder, **changes))
    assert "row" not in watched.kinds()


def test_too_few_items_for_an_honest_test_are_refused(watched: Watched, tmp_path: Path):
    folder = film_tables(tmp_path, films=9, ratings=150)
    with pytest.raises(InputError, match="ratings of 9 items"):
        regressed(watched, request(folder))
    assert regressed(watched, request(folder, mode="original")).verdict


def test_columns_that_no_table_has_are_left_out_and_said(watched: Watched, folder: Path):
    result = regressed(watched, request(folder, mode="original", numbers=("age", "income")))
    assert "Neither users nor items have a column 'income': left out." in result.remarks


def test_a_run_that_was_stopped_embeds_nothing_twice(
    stub_runtime: Runtime, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    own = Runtime(replace(stub_runtime.settings, home=folder / "home"))
    counting, watched = CountingEmbedder(own.embedder("test:hash")), Watched(own)
    monkeypatch.setattr(own, "embedder", lambda _: counting)
    watched.stop = lambda: any(
        event.kind == "progress" and event.stage == "Shuffling" for event in watched.events
    )
    with pytest.raises(CancelledError):
        regressed(watched, request(folder))
    made = counting.documents
    assert made > 0
    again = watched.next_try()
    result = regressed(again, request(folder))
    assert counting.documents == made
    assert "started" not in again.kinds()
    assert len(result.features) == 20


def test_the_same_tables_give_the_same_result(watched: Watched, folder: Path):
    one = regressed(watched, request(folder))
    other = regressed(Watched(watched.runtime), request(folder))
    assert timeless(one) == timeless(other)


def test_changed_tables_have_another_stamp(watched: Watched, folder: Path):
    one = regressed(watched, request(folder, mode="original"))
    append(folder / "ratings.csv", "1,1,5")
    other = regressed(watched.next_try(), request(folder, mode="original"))
    assert one.run.tables_hash != other.run.tables_hash
    assert not other.run.continues(one.run)


def test_only_rows_that_were_not_told_before_are_told_again(watched: Watched, folder: Path):
    asked = request(folder, mode="original")
    regressed(watched, asked)
    again = watched.next_try()
    regressed(again, asked)
    assert "row" not in again.kinds()
