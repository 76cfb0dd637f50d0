"""Small tables of films as files, laid out as the original's were."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from worker.contract import PointOfView, RegressRequest, TablePlace

WORDS = ("kettle", "harbour", "rain", "pistol", "orbit", "goal", "map", "bride", "cellar", "bread")
POVS = tuple(
    PointOfView(pov_id=f"P{n}", text=text)
    for n, text in enumerate(("a red kettle", "an old map", "a goal at night"), start=1)
)


def write_csv(path: Path, rows: Iterable[Sequence[object]], encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file).writerows(rows)
    return path


def film_tables(folder: Path, *, films: int = 40, users: int = 25, ratings: int = 500) -> Path:
    """Write ratings.csv, users.csv and movies.csv as the original had them: films with a kettle
    in their overview are liked."""
    chance = np.random.default_rng(3)
    chosen = [chance.choice(WORDS, 3, replace=False) for _ in range(films)]
    movies = [[n + 1, f"Film {n + 1}", " and ".join(words)] for n, words in enumerate(chosen)]
    liked = np.array(["kettle" in words for words in chosen])
    people = [
        [n + 1, int(chance.integers(18, 70)), "FM"[n % 2], ("nurse", "clerk", "student")[n % 3]]
        for n in range(users)
    ]
    pairs = chance.choice(films * users, ratings, replace=False)
    given = [
        [pair // films + 1, pair % films + 1,
         int(np.clip(3 + 1.5 * liked[pair % films] + chance.normal(scale=0.6), 1, 5))]
        for pair in pairs
    ]  # fmt: skip
    write_csv(folder / "ratings.csv", [["user_id", "movie_id", "rating"], *given])
    write_csv(folder / "users.csv", [["user_id", "age", "gender", "occupation"], *people])
    write_csv(folder / "movies.csv", [["movie_id", "title", "overview"], *movies])
    return folder


def regress_request(folder: Path, **changes: object) -> RegressRequest:
    """Ask about the three tables in a folder."""
    places = {
        name: TablePlace(file=str(folder / f"{file}.csv"))
        for name, file in (("ratings", "ratings"), ("users", "users"), ("items", "movies"))
    }
    fields = {"run_id": "r", "embedder": "test:hash", "povs": POVS, **places, **changes}
    return RegressRequest(**fields)
