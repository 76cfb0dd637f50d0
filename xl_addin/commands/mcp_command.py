"""`bonsai mcp`: agents index, rank, answer and score."""

from __future__ import annotations

from typing import Annotated

import typer

from worker.errors import package_missing
from worker.process_log import keep_log
from worker.settings import load_settings
from xl_addin.commands.agent_desk import AgentDesk


def mcp(
    yes: Annotated[
        bool, typer.Option("--yes", help="Agree beforehand to runs that services may charge for.")
    ] = False,
) -> None:
    """Serve agents over standard input and output (Model Context Protocol), until they leave."""
    try:
        from xl_addin.commands.agent_server import AgentServer
    except ModuleNotFoundError as error:
        raise package_missing("mcp", "mcp") from error
    settings = load_settings()
    desk = AgentDesk(settings, may_cost=yes)
    AgentServer(desk, keep_log(), writes=settings.agents_write).server.run()
