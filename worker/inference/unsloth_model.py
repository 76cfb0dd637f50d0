"""Unsloth models: LoRA adapters, merged folders and 4-bit weights, in a process of their own.

Unsloth changes transformers for everything in its process and gives the memory of a GPU back only
when that process ends. So it gets one; here is the conversation with it.
"""

from __future__ import annotations

import logging
import math
import os
import subprocess
import sys
import tempfile
from collections import Counter, deque
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

#: Seconds in which a process that works on a batch says something.
_SILENCE = 1800.0

#: Bytes of the longest line that makes sense.
_LINE = 16 << 20

_COMMAND = (sys.executable, "-m", "worker.inference.unsloth_process")

_log = logging.getLogger(__name__)


class UnslothModel:
    """A model such as `unsloth:ORG/NAME`, or `unsloth:` and a folder; 4-bit if it ends in `+4bit`.

    The folder holds a whole model, or a LoRA adapter that names its base. Weights are 16-bit
    otherwise. A process that is lost is started again by the next batch.

    :param streams: prompts in one batch; 0 for the usual number.
    :param silence: seconds after which a process that says nothing is taken for lost.
    :raises PackageMissingError: if unsloth is not installed.
    :raises WeightsMissingError: if the model is neither here nor to be had.
    :raises EngineError: if Unsloth does not start on this machine.
    """

    def __init__(self, name: str, *, streams: int, silence: float = _SILENCE) -> None:
        self.name = name
        self._silence = silence
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
            yield from self._replies(len(prompts), sampling.max_tokens, on_text, cancelled)
        except BaseException:
            process.stop_batch()
            raise

    def _replies(
        self,
        prompts: int,
        max_tokens: int,
        on_text: Callable[[int, str], None],
        cancelled: Callable[[], bool],
    ) -> Iterator[Reply]:
        """Yield what the process says of a batch, as long as it is what it was asked for."""
        process, waiting, pieces = self._process, set(range(prompts)), Counter[int]()
        for news in process.news(cancelled, self._silence):
            if isinstance(news, Ended):
                return
            if not isinstance(news, Piece | Whole | Refused):
                continue
            pieces[news.index] += isinstance(news, Piece)
            if news.index not in waiting or pieces[news.index] > max_tokens:
                raise process.lost("It wrote what it was not asked for, and was ended")
            if isinstance(news, Piece):
                on_text(news.index, news.text)
                continue
            waiting.remove(news.index)
            if isinstance(news, Whole):
                yield news.index, news.completion
            else:
                yield news.index, news.problem.to_error()

    def close(self) -> None:
        """Free its memory, and that on a GPU, by ending the process."""
        self._process.end()


class _Process:
    """The process with the model. Its error output goes to the log, never to a terminal."""

    def __init__(self, name: str, streams: int) -> None:
        self._name = name
        self._lines: SimpleQueue[bytes] = SimpleQueue()
        self._orders: SimpleQueue[bytes] = SimpleQueue()
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
        # A process that hangs must not have us hang too, nor grow because nobody reads its words.
        self._threads = [
            Thread(target=work, daemon=True) for work in (self._hear, self._note, self._speak)
        ]
        for thread in self._threads:
            thread.start()

    def is_alive(self) -> bool:
        """Say whether it runs."""
        return self._process.poll() is None

    def send(self, line: bytes) -> None:
        """Send it a line as soon as it reads; if it is gone, its news will say so."""
        self._orders.put(line)

    def news(self, cancelled: Callable[[], bool], silence: float = math.inf) -> Iterator[News]:
        """Yield what it says, for ever.

        :param silence: seconds after which it is taken for lost if it says nothing.
        :raises EngineLostError: if it is gone or talks nonsense; it is ended then.
        :raises CancelledError: soon after `cancelled` turns true.
        """
        heard = monotonic()
        while True:
            if cancelled():
                raise stopped()
            if news := self._next(_LOOK):
                yield news
                heard = monotonic()
            elif monotonic() - heard > silence:
                raise self.lost(f"It said nothing for {silence:.0f} seconds, and was ended")

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
        self._orders.put(b"")
        for thread in self._threads:
            thread.join(1)
        self._scratch.cleanup()

    def _next(self, seconds: float) -> News | None:
        try:
            line = self._lines.get(timeout=seconds)
        except Empty:
            return None
        if not line:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(_GRACE)
            raise self.lost(f"It ended with code {self._process.poll()}")
        try:
            return NEWS.validate_json(line)
        except ValidationError as error:
            raise self.lost(
                f"It wrote what nobody can read, {line[:80]!r}, and was ended"
            ) from error

    def lost(self, why: str) -> EngineLostError:
        """End it, and return the error of its loss."""
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
            while line := stream.readline(_LINE):
                self._lines.put(line)
        self._lines.put(b"")

    def _speak(self) -> None:
        assert self._process.stdin
        with suppress(OSError), self._process.stdin as stream:
            while line := self._orders.get():
                stream.write(line)
                stream.flush()

    def _note(self) -> None:
        assert self._process.stderr
        with self._process.stderr as stream:
            while line := stream.readline(_LINE):
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
