"""The prompts of an answer run over the invented world, caught before a model sees them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from worker.contract import Event
from worker.inference.base import Completion, Prompt, Reply, Sampling
from worker.jobs import run_job
from worker.pipeline.answering import answer
from worker.pipeline.job_context import JobContext
from worker.runtime import Runtime
from worker.settings import Settings
from xl_addin.commands.known_world import load_world, world_answers, world_index, world_options
from xl_addin.sheets.settings.answer import GATE
from xl_addin.shipped_files import templates_folder


class Listener:
    """Stands for a language model: it remembers its prompts and answers with a word."""

    name = "listener"
    has_chat_layout = True
    streams = 1

    def __init__(self) -> None:
        self.prompts: list[Prompt] = []

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        on_text: Callable[[int, str], None],
        cancelled: Callable[[], bool],
    ) -> Iterator[Reply]:
        self.prompts += prompts
        for index in range(len(prompts)):
            yield index, Completion("Yes.", 1, 1, cut=False)

    def close(self) -> None:
        pass


def three_mode_prompts(
    settings: Settings, home: Path, questions: int, *, ordered: bool
) -> list[Prompt]:
    """Return the prompts of the first questions in three modes, in the order of the questions.

    :param ordered: whether contexts stand so that prompts begin alike, as they do in an answer run;
        else each prompt has them in the order of their ranks.
    """
    settings = replace(settings, home=home, store=str(home / "store"))
    runtime = Runtime(settings)
    listener = Listener()
    runtime._language_model = listener
    context = JobContext(runtime, _ignore, lambda: False)
    folder = templates_folder() / "evaluation"
    world = load_world(folder / "documents", folder / "questions.csv", folder / "povs.csv")
    world = replace(world, questions=world.questions[:questions])
    options = world_options(world, {GATE.name: "no"})
    run_job(world_index(world, options, settings), context)
    request = world_answers(world, options, settings, "listener")
    answer(request.model_copy(update={"repeatable": not ordered}), context)
    return listener.prompts


def _ignore(_event: Event) -> None:
    pass
