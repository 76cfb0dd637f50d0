"""All benches in one table: how each is run, and what a reader of its figures must know."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from worker.child_process import kill_group, start_child


@dataclass(frozen=True)
class Bench:
    """One bench: a module of this package.

    `usual` and `quick` are its arguments for figures, and to see that it runs. `{NAME}` in them is
    the file or folder that the command line gives as `--NAME`; without it the bench is left out.
    `has_json` says that it writes its values with `--json`.
    """

    name: str
    about: str
    caveat: str
    usual: tuple[str, ...] = ()
    quick: tuple[str, ...] = ()
    has_json: bool = False

    @property
    def module(self) -> str:
        """The module that is run."""
        return f"tests.bench.{'soak' if self.name == 'soak' else f'bench_{self.name}'}"


_QUICK = ("--quick",)

BENCHES = (
    Bench(
        "start",
        "how long functions and command take to start",
        "other work on the machine counts",
        (),
        ("--rounds", "1"),
        True,
    ),
    Bench(
        "queue", "the queue beside stock rq", "other work on the machine counts", (), _QUICK, True
    ),
    Bench(
        "retrieval",
        "indexing and retrieval beside the original's path",
        "needs torch and the original's model: python -m tests.bench.minilm_folder FOLDER",
        ("{minilm}",),
        ("{minilm}", *_QUICK),
        True,
    ),
    Bench(
        "ways",
        "what each way of retrieval finds",
        "the part on which ways were chosen: no proof of them",
        ("--part", "choose"),
        ("--part", "choose"),
    ),
    Bench(
        "scoring",
        "how well scores order the labelled set",
        "one labelled set of one theme",
        has_json=True,
    ),
    Bench(
        "taste", "what a taste does for documents left out", "labels are simulated", has_json=True
    ),
    Bench(
        "gate",
        "what the evidence gate holds back",
        "the part on which it was set, without a language model",
        ("--part", "choose"),
        ("--part", "choose", "--sample", "5"),
    ),
    Bench("pictures", "what pictures cost a ranking", "this version alone", (), _QUICK),
    Bench("large", "rankings of many questions", "made-up vectors; 16 GB of memory", (), _QUICK),
    Bench(
        "inference",
        "answers beside the original's way of writing them",
        "the small language model of the machine's settings",
        (),
        ("--questions", "1", "--rounds", "1"),
        True,
    ),
    Bench("qa", "filters of question–answer pairs", "pairs that pass all filters", has_json=True),
    Bench(
        "tuning",
        "what fine-tuning does for documents left out",
        "needs torch, and pairs as 'bonsai dataset --json' writes them",
        ("{pairs}",),
        ("{pairs}", "--folds", "2", "--epochs", "1"),
        True,
    ),
    Bench(
        "regression",
        "normal equations by group sums beside the dense way",
        "made-up ratings",
        (),
        ("--rounds", "1", "--ratings", "50000"),
        True,
    ),
    Bench("readers", "whether readers grow no faster than the file", "made-up files", (), _QUICK),
    Bench("hostile", "hostile documents beside good ones", "Linux alone"),
    Bench(
        "soak",
        "the queue under trouble",
        "models without weights; its page is docs/soak.md",
        (),
        ("--jobs", "60"),
        True,
    ),
)


@dataclass(frozen=True)
class Ran:
    """What came of a bench; `code` is its exit code.

    There is none if it was left out (then `command` is empty) or took too long.
    """

    bench: Bench
    command: str
    code: int | None
    seconds: float
    output: str
    values: str = ""  # JSON

    @property
    def state(self) -> str:
        """Say in a word or two what became of it."""
        if not self.command:
            return "left out"
        return {None: "took too long", 0: "done"}.get(self.code, f"failed ({self.code})")


def run_bench(
    bench: Bench, given: Mapping[str, Path], folder: Path, limit: float, *, quick: bool
) -> Ran:
    """Run a bench in a process of its own, for so many seconds at most."""
    arguments = _filled(bench.quick if quick else bench.usual, given)
    if arguments is None:
        return Ran(bench, "", None, 0, f"It {bench.caveat}.")
    values = folder / f"{bench.name}.json"
    shown = ["python", "-m", bench.module, *arguments]
    command = [sys.executable, *shown[1:], *(("--json", str(values)) if bench.has_json else ())]
    begun = time.monotonic()
    code, output = _ended(command, limit)
    seconds, text = time.monotonic() - begun, output.decode("utf-8", "replace")
    found = values.read_text("utf-8") if values.exists() else ""
    return Ran(bench, " ".join(shown), code, seconds, text, found)


def _ended(command: Sequence[str], limit: float) -> tuple[int | None, bytes]:
    """Run a process to its end; return its exit code, nothing if it took too long, and its words.

    All that it has started ends with it, also at Ctrl-C.
    """
    process = start_child(command)
    try:
        output = process.communicate(timeout=limit)[0]
        return process.returncode, output
    except subprocess.TimeoutExpired:
        kill_group(process)
        return None, process.communicate()[0]
    finally:
        kill_group(process)


def _filled(arguments: Sequence[str], given: Mapping[str, Path]) -> list[str] | None:
    """Return the arguments with what was given in place of names; nothing if one is missing."""
    try:
        return [argument.format(**given) for argument in arguments]
    except KeyError:
        return None
