"""The commands that keep workers running: `bonsai worker` and `bonsai up`.

Each worker is a process of its own. It learns of the broker from its environment, never from its
command line, which every user of the machine can read.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from worker.addresses import masked, masked_address
from worker.errors import BrokerError, SettingError
from worker.settings import IN_PROCESS, Settings, load_settings, with_broker
from xl_addin.commands.console import Terminal
from xl_addin.commands.job_commands import BrokerOption


class QueueName(StrEnum):
    """What a worker process serves."""

    CPU = "cpu"
    GPU = "gpu"
    SCORE = "score"


QueueOption = Annotated[
    list[QueueName] | None,
    typer.Option("--queue", help="May be given again; cpu, score and, with a GPU, gpu if left out"),
]


def worker(broker: BrokerOption = None, queue: QueueOption = None) -> None:
    """Work for a Redis server until Ctrl-C. A worker process that ends is started again."""
    terminal, settings = Terminal(quiet=False), with_broker(load_settings(), broker)
    if settings.broker == IN_PROCESS:
        raise _nothing_to_work_for()
    queues = queue or default_queues()
    _check_broker(settings, terminal)
    _introduce(queues, masked_address(settings.broker), settings, terminal)
    environment = {
        "BONSAI_BROKER": settings.broker,
        "BONSAI_BROKER_USER": settings.broker_user,
        "BONSAI_BROKER_PASSWORD": settings.broker_password,
    }
    _supervise(queues, environment, terminal)


def up() -> None:
    """Run everything on this machine until Ctrl-C: a Redis server and its workers."""
    from worker.queueing.broker.embedded_server import EmbeddedServer, server_folder

    terminal, settings = Terminal(quiet=False), load_settings()
    server = EmbeddedServer(server_folder(settings))
    with server as running:
        queues = default_queues()
        _introduce(queues, running.url, settings, terminal)
        terminal.say(f"Next, in another terminal: bonsai rank BOOK --broker {running.url}")
        environment = {
            "BONSAI_BROKER": running.url,
            "BONSAI_BROKER_USER": "default",
            "BONSAI_BROKER_PASSWORD": running.password,
        }
        _supervise(queues, environment, terminal, every_look=server.start)


def default_queues() -> list[QueueName]:
    """Return the queues that this machine can serve."""
    queues = [QueueName.CPU, QueueName.SCORE]
    has_gpu = Path("/proc/driver/nvidia").exists() or shutil.which("nvidia-smi")
    return [*queues, QueueName.GPU] if has_gpu else queues


def _check_broker(settings: Settings, terminal: Terminal) -> None:
    """Refuse at once what no waiting would cure; a server that is only absent may still come."""
    from worker.queueing.broker.connection import broker_errors, connect

    try:
        with broker_errors(settings.broker), connect(settings) as client:
            client.ping()
    except BrokerError as error:
        terminal.report(f"{error.what} {error.why} Its workers start, and wait for it.")


def _supervise(
    queues: Sequence[QueueName],
    environment: dict[str, str],
    terminal: Terminal,
    every_look: Callable[[], object] = lambda: None,
) -> None:
    from worker.queueing.broker.supervisor import ChildSpec, Supervisor

    # A file beside the user's documents must not be taken for one of the worker's modules.
    environment = {**environment, "PYTHONSAFEPATH": "1"}
    children = [ChildSpec(name.value, _command(name), environment) for name in queues]
    Supervisor(children, terminal.report, every_look=every_look).run()


def _command(queue: QueueName) -> list[str]:
    if queue is QueueName.SCORE:
        return [sys.executable, "-m", "worker.queueing.scores.score_service"]
    return [sys.executable, "-m", "worker.queueing.broker.rq_worker", queue.value]


def _introduce(
    queues: Sequence[QueueName], broker: str, settings: Settings, terminal: Terminal
) -> None:
    terminal.say(f"Workers  {', '.join(name.value for name in queues)}")
    terminal.say(f"Broker   {broker}")
    terminal.say(f"Store    {masked(settings.store)}")
    terminal.say(f"Models   {settings.models}")


def _nothing_to_work_for() -> SettingError:
    return SettingError(
        "There is no Redis server to work for.",
        f"The broker is '{IN_PROCESS}': jobs run where they are asked for.",
        "Run: bonsai worker --broker redis://HOST:6379, or set BONSAI_BROKER. "
        "'bonsai up' starts a server and its workers on this machine.",
    )
