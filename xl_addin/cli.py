"""The `bonsai` command. Nothing is imported here that takes its time: Ctrl-C comes any moment."""

from __future__ import annotations

from worker.start_up import ctrl_c_ends_at_once, let_ctrl_c_end


def main() -> None:
    """Run a command; a failure is three plain sentences and an exit code, never a traceback.

    :raises SystemExit: with the exit code.
    """
    with ctrl_c_ends_at_once():
        from xl_addin.commands.app import run
    try:
        run()
    finally:
        let_ctrl_c_end()


if __name__ == "__main__":
    main()
