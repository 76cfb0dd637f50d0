"""Arguments and options that take a path, read as people paste them."""

from __future__ import annotations

from typing import Any

import typer

from worker.typed_path import typed_path


def path_argument(help: str) -> Any:  # noqa: ANN401 - Typer's word, and what it returns
    """Return what Typer makes an argument from that is a path."""
    return typer.Argument(parser=typed_path, help=help)


def path_option(*names: str, help: str) -> Any:  # noqa: ANN401
    """Return what Typer makes an option from that takes a path."""
    return typer.Option(*names, parser=typed_path, help=help)
