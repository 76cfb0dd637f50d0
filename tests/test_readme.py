"""The README says what is there, and what it says is there."""

import re

from tests.conftest import REPOSITORY
from worker.models.weights import MODELS
from xl_addin.cli import app

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")


def commands() -> set[str]:
    own = {command.callback.__name__ for command in app.registered_commands}
    return own | {group.name for group in app.registered_groups}


def test_every_command_is_mentioned_and_every_mentioned_command_exists():
    mentioned = set(re.findall(r"\bbonsai (\w+)", README))
    assert mentioned == commands()


def test_every_model_is_listed():
    for model in MODELS:
        assert f"`{model.name}`" in README
        assert f"{model.megabytes} MB" in README


def test_every_place_in_the_map_exists():
    places = re.findall(r"`([\w/]+(?:\.py|\.xlsx|/))`", README.split("## Where is what")[1])
    folder = ""
    for place in places:
        folder = place.rpartition("/")[0] or folder
        candidates = (
            REPOSITORY / place,
            REPOSITORY / folder / place,
            *REPOSITORY.glob(f"*/{place}"),
        )
        assert any(candidate.exists() for candidate in candidates), place


def test_the_pictures_exist():
    for picture in re.findall(r"!\[[^]]+\]\(([^)]+)\)", README):
        assert (REPOSITORY / picture).is_file()


def test_the_continuous_integration_runs_what_the_readme_says():
    script = (REPOSITORY / ".ci" / "run").read_text()
    for install in ("'.[local]'", "'.[local,dev]'"):
        assert install in README
        assert install in script
