"""One command runs all benches: each has its row, and the page says where figures come from."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.bench import __main__ as bench_command
from tests.bench.all_benches import BENCHES, Bench, Ran, run_bench
from tests.bench.benches_page import as_json, page
from tests.conftest import REPOSITORY

BY_HAND = {"prompts"}  # it compares wordings that somebody names
FACTS = {"Machine": "a small one", "Versions": "BONSAI 0"}
ROW = {
    "what": "a trip", "side": "ours", "unit": "ms", "values": [1.0, 3.0, 2.0],
    "ratio": 1.0, "target": "≤ 2", "met": True,
}  # fmt: skip


def ran(**more: object) -> Ran:
    bench = Bench("small", "a small thing", "made up", has_json=True)
    usual = {"command": "python -m small", "code": 0, "seconds": 90, "output": "\x1b[1mwell\x1b[0m"}
    return Ran(bench, **{**usual, **more})


def test_every_bench_has_a_row():
    files = {path.stem for path in (REPOSITORY / "tests" / "bench").glob("bench_*.py")}
    benches = {f"bench_{bench.name}" for bench in BENCHES if bench.name != "soak"}
    assert files == benches | {f"bench_{name}" for name in BY_HAND}


@pytest.mark.parametrize("quick", [True, False])
def test_the_page_says_machine_versions_caveats_and_figures(quick: bool):
    shown = page([ran(values=json.dumps({"rows": [ROW]}))], FACTS, quick=quick)
    assert "| Versions | BONSAI 0 |" in shown
    assert "| small | a small thing | made up | 1.5 | done |" in shown
    assert "| small | a trip | ours | 2 | ms | 1 | ≤ 2: met |" in shown
    assert "```\nwell\n```" in shown
    assert ("No figure here is a\nmeasurement" in shown) is quick


@pytest.mark.parametrize(
    ("more", "state"),
    [({"code": 1}, "failed (1)"), ({"code": None}, "took too long"), ({"command": ""}, "left out")],
)
def test_a_bench_that_gave_nothing_is_said_to_have(more: dict[str, object], state: str):
    (bench,) = json.loads(as_json([ran(**more)], FACTS, quick=False))["benches"]
    assert bench["state"] == state
    assert bench["values"] is None


def test_a_bench_whose_file_is_not_given_is_left_out(tmp_path: Path):
    bench = next(bench for bench in BENCHES if bench.name == "tuning")
    run = run_bench(bench, {}, tmp_path, 1, quick=True)
    assert run.state == "left out"
    assert "pairs" in run.output


def test_a_bench_that_never_ends_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(Bench, "module", "http.server")  # stands for a bench: it serves for ever
    run = run_bench(Bench("endless", "", "", quick=("0",)), {}, tmp_path, 3, quick=True)
    assert run.state == "took too long"


def test_a_bench_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setattr(sys, "argv", ["bench", "nothing"])
    with pytest.raises(SystemExit):
        bench_command.main()
    assert "there is no bench 'nothing'" in capsys.readouterr().err
