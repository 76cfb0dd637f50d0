"""Unsloth models: LoRA adapters, merged folders and 4-bit weights, in a process of their own.

Unsloth changes transformers for everything in its process and gives the memory of a GPU back only
when that process ends. So it gets one; here is the conversation with it.
"""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic

from pydantic import ValidationError

from worker.child_process import kill_group
from worker.errors import EngineError, EngineLostError
from worker.inference.base import LanguageModel, Prompt, Reply, Sampling
from worker.inference.streams import stopped
from worker.inference.unsloth_process import (
    NEWS,
    STOP,
    Batch,
    Ended,
    Failed,
    News,
    Piece,
    Ready,
    Refused,
    Whole,
    line_of,
)
from worker.settings import Settings

#: Prompts in one batch.
_STREAMS = 8

#: Seconds between two looks at the wish to stop while there is no news.
_LOOK = 0.2

#: Seconds that a process has to stop a batch; then it is ended.
_GRACE = 4.0

_COMMAND = (sys.executable, "-m", "worker.inference.unsloth_process")

_log = logging.getLogger(__name__)


class UnslothModel:
    """A model such as `unsloth:ORG/NAME`, or `unsloth:` and a folder; 4-bit if it ends in `+4bit`.

    The folder holds a whole model, or a LoRA adapter that names its base. Weights are 16-bit
    otherwise. A process that is lost is started again by the next batch.

    :param streams: prompts in one batch; 0 for the usual number.
    :raises PackageMissingError: if unsloth is not installed.
    :raises WeightsMissingError: if the model is neither here nor to be had.
    :raises EngineError: if Unsloth does not start on this machine.
    """

    def __init__(self, name: str, *, streams: int) -> None:
        self.name = name
        self.streams = streams or _STREAMS
        self._process, self.has_chat_layout = _loaded(name, self.streams, lambda: False)

    def generate(
        self,
        prompts: Sequence[Prompt],
        sampling: Sampling,
        *,
        on_text: Callable[[int, str], None],
        cancelled: Callable[[], bool],
    ) -> Iterator[Reply]:
        """Yield the reply to each prompt; see `LanguageModel.generate`."""
        if not self._process.is_alive():
            self._process.end()
            self._process, _ = _loaded(self.name, self.streams, cancelled)
        process = self._process
        process.send(line_of(Batch(prompts=tuple(prompts), sampling=sampling)))
        try:
            for news in process.news(cancelled):
                if isinstance(news, Piece):
                    on_text(news.index, news.text)
                elif isinstance(news, Whole):
                    yield news.index, news.completion
                elif isinstance(news, Refused):
                    yield news.index, news.problem.to_error()
                elif isinstance(news, Ended):
                    return
        except BaseException:
            process.stop_batch()
            raise

    def close(self) -> None:
        """Free its memory, and that on a GPU, by ending the process."""
        self._process.end()


class _Process:
    """The process with the model. Its error output goes to the log, never to a terminal."""

    def __init__(self, name: str, streams: int) -> None:
        self._name = name
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._words: deque[str] = deque(maxlen=50)
        # Unsloth writes the code that it makes into the current folder otherwise.
        self._scratch = tempfile.TemporaryDirectory(
            prefix="bonsai-unsloth-", ignore_cleanup_errors=True
        )
        self._process = subprocess.Popen(
            [*_COMMAND, name, str(streams)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "UNSLOTH_COMPILE_LOCATION": self._scratch.name},
            start_new_session=True,  # Ctrl-C in a terminal is for us alone
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
        )
        self._ears = [Thread(target=work, daemon=True) for work in (self._hear, self._note)]
        for ear in self._ears:
            ear.start()

    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self._process.poll() is None

    def send(self, line: bytes) -> None:
        """Send it a line; if it is gone, its news will say so."""
        assert self._process.stdin
        with suppress(OSError):
            self._process.stdin.write(line)
            self._process.stdin.flush()

    def news(self, cancelled: Callable[[], bool]) -> Iterator[News]:
        """Yield what it says, for ever.

        :raises EngineLostError: if it is gone or talks nonsense; it is ended then.
        :raises CancelledError: soon after `cancelled` turns true.
        """
        while True:
            if cancelled():
                raise stopped()
            if news := self._next(_LOOK):
                yield news

    def stop_batch(self) -> None:
        """Have it stop its batch and be ready for the next, or end it."""
        until = monotonic() + _GRACE
        with suppress(EngineLostError):
            if self.is_alive():
                self.send(STOP)
            while self.is_alive() and (left := until - monotonic()) > 0:
                if isinstance(self._next(left), Ended):
                    return
        self.end()

    def end(self) -> None:
        """End it at once, with all that it has started."""
        kill_group(self._process)
        for ear in self._ears:
            ear.join(1)
        assert self._process.stdin
        with suppress(OSError):  # a line that was not read any more
            self._process.stdin.close()
        self._scratch.cleanup()

    def _next(self, seconds: float) -> News | None:
        try:
            line = self._lines.get(timeout=seconds)
        except Empty:
            return None
        if not line:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE)
            raise self._lost(f"It ended with code {self._process.poll()}")
        try:
            return NEWS.validate_json(line)
        except ValidationError as error:
            raise self._lost(
                f"It wrote what nobody can read, {line[:80]!r}, and was ended"
            ) from error

    def _lost(self, why: str) -> EngineLostError:
        self.end()
        _log.error("Unsloth (%s): %s.\n%s", self._name, why, "\n".join(self._words))
        last = self._words[-1] if self._words else "nothing"
        return EngineLostError(
            f"The process of the language model {self._name} is gone.",
            f"{why}. The last it said: {last}",
            "Run Answer again: it is started anew. If memory ran out, set BONSAI_STREAMS lower, or "
            "choose a smaller model.",
        )

    def _hear(self) -> None:
        assert self._process.stdout
        with self._process.stdout as stream:
            for line in stream:
                self._lines.put(line)
        self._lines.put(b"")

    def _note(self) -> None:
        assert self._process.stderr
        with self._process.stderr as stream:
            for line in stream:
                if word := line.decode(errors="replace").rstrip():
                    self._words.append(word)
                    _log.info("Unsloth (%s): %s", self._name, word)


def _loaded(name: str, streams: int, cancelled: Callable[[], bool]) -> tuple[_Process, bool]:
    """Start a process; return it when its model is there, and whether that has a chat layout."""
    process = _Process(name, streams)
    try:
        for news in process.news(cancelled):
            if isinstance(news, Ready):
                return process, news.has_chat_layout
            if isinstance(news, Failed):
                raise news.problem.to_error()
    except EngineLostError as error:
        raise EngineError(
            f"The language model {name} cannot be loaded.",
            error.why,
            "If memory ran out, end other programs that use it, or choose a smaller model.",
        ) from error
    except BaseException:
        process.end()
        raise
    raise AssertionError("news never ends")


def load(name: str, settings: Settings) -> LanguageModel:
    """Return the model of this name, in a process of its own."""
    return UnslothModel(name, streams=settings.streams)
