"""The papers (README, CONTRIBUTING, docs) say what is there, and what they say is there."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from importlib.util import find_spec
from pathlib import Path

import typer

from tests.conftest import REPOSITORY
from worker.models.catalogue import MODELS
from worker.models.kinds import KINDS
from worker.settings import Settings, tomllib
from xl_addin.commands.app import app
from xl_addin.language.catalogue import VARIABLE
from xl_addin.template.worksheet_functions import FUNCTIONS


def text_of(paper: Path) -> str:
    return paper.read_text(encoding="utf-8")


PAPERS = [
    REPOSITORY / "README.md",
    REPOSITORY / "README.ja.md",
    REPOSITORY / "CONTRIBUTING.md",
    *sorted((REPOSITORY / "docs").glob("*.md")),
]
README = text_of(REPOSITORY / "README.md")
CONTRIBUTING = text_of(REPOSITORY / "CONTRIBUTING.md")
ALL = "\n".join(map(text_of, PAPERS))
PROJECT = tomllib.loads(text_of(REPOSITORY / "pyproject.toml"))["tool"]
#: Papers that lie beside what they describe.
BESIDE = [*REPOSITORY.glob("tests/*/README.md"), *REPOSITORY.glob("templates/*/README.md")]

#: Options of no command alone.
OF_ALL = {"--help", "--version"}
COMMANDS = typer.main.get_command(app).commands
#: Variables that others have named.
FOREIGN_VARIABLES = {"CO_API_KEY", "COHERE_API_KEY", "OPENAI_API_KEY"}


#: A block of code, which may belong to a step of a list.
BLOCK = re.compile(r"^ *```\n(.*?)^ *```", re.MULTILINE | re.DOTALL)


def block_lines(text: str) -> list[str]:
    """Return the lines of the blocks of code in a paper, without their comments."""
    lines = [line for block in BLOCK.findall(text) for line in block.splitlines()]
    return [line.partition(" #")[0].strip() for line in lines]


def code(text: str) -> Iterator[str]:
    """Yield lines of code in a paper, without their comments."""
    yield from [*block_lines(text), *re.findall(r"`([^`\n]+)`", BLOCK.sub("", text))]


def typed_commands(text: str) -> Iterator[list[str]]:
    """Yield the words of each `bonsai` command that stands in the blocks of a paper."""
    for line in block_lines(text):
        for part in line.split("&&"):
            if command := re.match(r"(?:\S*/)?bonsai ([a-z].*)", part.strip()):
                yield shlex.split(command[1])


def parse(words: list[str]) -> None:
    """Read words as `bonsai` reads them, and do nothing.

    :raises Exception: Typer's, if an argument or option is wrong or missing.
    """
    name, *rest = words
    command = COMMANDS[name]
    if rest and rest[0] in getattr(command, "commands", {}):
        name, *rest = rest
        command = command.commands[name]
    command.make_context(name, rest)


def options_of(command) -> set[str]:
    """Return the options of a command and of those below it."""
    own = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
    below = getattr(command, "commands", {}).values()
    return {name for name in own if name.startswith("-")}.union(*map(options_of, below))


def options_in(line: str) -> set[str]:
    return set(re.findall(r"(?<!\S)--?[a-z][a-z-]*", line))


def anchors(paper: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", text_of(paper), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


def lost_places(text: str) -> list[str]:
    """Return the places of the repository that a text names and that are not there.

    NAME stands for one that the reader is to choose.
    """
    tops = r"(?<![\w./-])(?:worker|xl_addin|tests|templates|docs|\.ci)/[\w./*-]*"
    places = [place for span in code(text) for place in re.findall(tops, span)]
    known = [place for place in places if "NAME" not in place]
    return [place for place in known if not list(REPOSITORY.glob(place.rstrip("/")))]


def packages() -> set[str]:
    """Return the folders of the packages, as the map writes them."""
    modules = [path for top in ("worker", "xl_addin") for path in (REPOSITORY / top).rglob("*.py")]
    return {f"{path.parent.relative_to(REPOSITORY).as_posix()}/" for path in modules}


def test_every_command_is_mentioned_and_every_mentioned_command_exists():
    mentioned = set(re.findall(r"\bbonsai ([a-z]+)", ALL))
    assert mentioned == set(COMMANDS)


def test_every_command_below_another_that_is_mentioned_exists():
    for group in ("jobs", "models"):
        lines = [line for line in code(ALL) if f"bonsai {group} " in line]
        mentioned = {re.search(rf"bonsai {group} (\S+)", line)[1] for line in lines}
        named = {word for word in mentioned if word.isalpha()}
        assert named <= set(COMMANDS[group].commands)


def test_every_option_is_mentioned_and_every_mentioned_option_exists():
    every = set().union(*map(options_of, COMMANDS.values()))
    mentioned = set()
    for line in code(ALL):
        if command := re.search(r"\bbonsai ([a-z]+)(.*)", line):
            unknown = options_in(command[2]) - options_of(COMMANDS[command[1]]) - OF_ALL
            assert not unknown, line
            mentioned |= options_in(command[2])
        elif line.startswith("-"):
            assert options_in(line) <= every | OF_ALL, line
            mentioned |= options_in(line)
    assert every - mentioned <= OF_ALL


def test_every_command_in_a_block_is_complete_and_can_be_read():
    commands = [words for paper in PAPERS for words in typed_commands(text_of(paper))]
    assert len(commands) > 20
    for words in commands:
        parse(words)


def test_every_variable_is_mentioned_and_every_mentioned_variable_exists():
    functions = {function.name for function in FUNCTIONS}
    own = {f"BONSAI_{field.name.upper()}" for field in fields(Settings)} | {VARIABLE}
    known = own | FOREIGN_VARIABLES
    mentioned = set(re.findall(r"\b(?:BONSAI|CO|COHERE|OPENAI)_[A-Z_]+\b", ALL)) - functions
    assert mentioned == known


def test_every_worksheet_function_is_mentioned():
    for function in FUNCTIONS:
        assert f"{function.name}(" in ALL


def test_every_model_is_listed():
    for model in MODELS:
        assert f"`{model.name}`" in ALL
        assert f"{model.megabytes} MB" in ALL


def test_every_kind_of_model_is_listed():
    models = text_of(REPOSITORY / "docs" / "models.md")
    for kind in KINDS:
        assert f"`{kind.name}:" in models


def test_every_place_in_the_map_exists():
    assert "`worker/contract/`" in CONTRIBUTING
    assert not lost_places(CONTRIBUTING)


def test_the_map_names_every_package_and_no_other():
    table = CONTRIBUTING.split("## Where is what")[1].split("\n## ")[0]
    assert (
        set(re.findall(r"^\| `((?:worker|xl_addin)/[\w/]*)` \|", table, re.MULTILINE)) == packages()
    )


def test_the_tables_that_take_a_new_line_are_where_the_recipes_say():
    tables = re.findall(r"`([\w/]+\.py)` \(`(\w+)`\)", CONTRIBUTING)
    assert len(tables) >= 4
    for place, name in tables:
        assert re.search(rf"^{name}\b.* = ", text_of(REPOSITORY / place), re.MULTILINE), place


def test_the_layers_are_those_that_are_checked():
    contracts = PROJECT["importlinter"]["contracts"]
    for package in ("worker", "xl_addin"):
        layers = next(each["layers"] for each in contracts if each.get("containers") == [package])
        marked = [re.sub(r"(\w+)", r"`\1`", layer).replace(" |", ",") for layer in layers]
        assert f": {' > '.join(marked)}\n" in CONTRIBUTING


def test_every_tier_of_the_tests_is_explained():
    tiers = [mark.partition(":")[0] for mark in PROJECT["pytest"]["ini_options"]["markers"]]
    table = CONTRIBUTING.split("## Tests")[1].split("\n## ")[0]
    assert re.findall(r"^\| (\w+) \| `", table, re.MULTILINE) == tiers


def test_every_path_that_a_paper_names_leads_somewhere():
    for paper in (*PAPERS, *BESIDE):
        assert not lost_places(text_of(paper)), paper.name


def test_every_module_that_a_paper_runs_or_names_exists():
    for paper in (*PAPERS, *BESIDE):
        for module in re.findall(r"\bpython -m ([\w.]+)", text_of(paper)):
            assert find_spec(module), f"{paper.name}: {module}"
        for span in code(text_of(paper)):
            if module := re.fullmatch(r"(?:worker|xl_addin|tests)(?:\.\w+)+", span):
                assert find_spec(module[0]), f"{paper.name}: {module[0]}"


def test_every_link_leads_somewhere():
    for paper in PAPERS:
        for target in re.findall(r"\]\(([^)]+)\)", text_of(paper)):
            if "://" in target:
                continue
            place, _, anchor = target.partition("#")
            linked = (paper.parent / place).resolve() if place else paper
            assert linked.is_file(), f"{paper.name}: {target}"
            assert not anchor or anchor in anchors(linked), f"{paper.name}: {target}"


def test_every_paper_is_linked_from_the_readme():
    for paper in PAPERS[1:]:
        assert f"({paper.relative_to(REPOSITORY).as_posix()})" in README


def test_every_picture_is_small_and_shown_in_a_paper():
    shown = {Path(name).name for name in re.findall(r"!\[[^]]+\]\(([^)]+)\)", ALL)}
    pictures = list((REPOSITORY / "docs").glob("*.png"))
    assert {picture.name for picture in pictures} == shown
    assert all(picture.stat().st_size < 150_000 for picture in pictures)


def test_the_continuous_integration_runs_what_the_readme_says():
    script = (REPOSITORY / ".ci" / "run").read_text()
    for install in ("'.[local]'", "'.[local,dev]'"):
        assert install in README
        assert install in script
