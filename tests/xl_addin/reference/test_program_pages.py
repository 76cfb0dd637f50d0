"""The pages of commands with their options, and of errors; and that all pages are up to date."""

import re

import typer

from worker.errors import BonsaiError, error_class
from xl_addin.commands.app import app
from xl_addin.jobs import BY_KIND
from xl_addin.reference.__main__ import DOCS, PAGES
from xl_addin.reference.program_pages import errors_page, options_page


def section(command: str) -> str:
    return options_page().split(f"\n## {command}\n")[1].split("\n## ")[0]


def test_the_pages_are_what_the_code_says():
    for name, page in PAGES.items():
        written = (DOCS / name).read_text(encoding="utf-8")
        assert written == page(), f"docs/{name} is old: run python -m xl_addin.reference"


def test_every_command_has_a_section_with_all_its_options():
    for name, command in typer.main.get_command(app).commands.items():
        for below in (command, *getattr(command, "commands", {}).values()):
            title = f"bonsai {name}" + (f" {below.name}" if below is not command else "")
            for parameter in below.params:
                for spelt in (*parameter.opts, *parameter.secondary_opts):
                    assert f"`{spelt}`" in section(title) or not spelt.startswith("-")


def test_what_a_setting_says_stands_on_the_page_of_settings_alone():
    for setting in BY_KIND["rank"].flags:
        assert f"`{setting.flag}`" in section("bonsai rank")
        assert setting.meaning not in options_page()


def test_arguments_that_may_be_left_out_stand_in_brackets():
    assert "| `BOOK` |" in section("bonsai rank")
    assert "| `[BOOK]` |" in section("bonsai index")


def test_every_error_has_a_row_with_its_exit_code():
    rows = re.findall(r"^\| `(\w+)` \| (.+?) \| (\d+) \|( yes)?", errors_page(), re.MULTILINE)
    assert {code: (int(ends), bool(passes)) for code, _, ends, passes in rows} == {
        code: (kind.exit_code, kind.retryable)
        for code, _, _, _ in rows
        for kind in [error_class(code)]
    }
    assert {error_class(code) for code, *_ in rows} == set(below(BonsaiError))


def below(kind: type[BonsaiError]) -> list[type[BonsaiError]]:
    return [each for child in kind.__subclasses__() for each in (child, *below(child))]
