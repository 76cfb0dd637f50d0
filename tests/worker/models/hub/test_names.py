"""Names of models on a hub: what is one, and what is a path or nothing at all."""

import pytest

from worker.contract.wire import plain_name
from worker.errors import SettingError
from worker.models.hub.names import HubName, hub_name, is_inside, named_on_hub
from worker.models.servers import server_of
from worker.typed_path import model_text

NAMES = {
    "gguf:Qwen/Qwen3-8B-GGUF:Qwen3-8B-Q4_K_M.gguf": HubName(
        "gguf", "Qwen/Qwen3-8B-GGUF", file="Qwen3-8B-Q4_K_M.gguf"
    ),
    "gguf:org/repo@v1.2:Q4/model.gguf": HubName("gguf", "org/repo", "v1.2", "Q4/model.gguf"),
    "gguf:org/repo": HubName("gguf", "org/repo"),
    "st:BAAI/bge-base-en-v1.5": HubName("st", "BAAI/bge-base-en-v1.5"),
    "st:org/name@refs/pr/1": HubName("st", "org/name", "refs/pr/1"),
    "hf:org/name@0123456789abcdef": HubName("hf", "org/name", "0123456789abcdef"),
}


@pytest.mark.parametrize(("name", "meant"), NAMES.items())
def test_a_name_says_kind_repository_revision_and_file(name: str, meant: HubName):
    assert hub_name(name) == meant
    assert str(meant) == name


@pytest.mark.parametrize("name", NAMES)
def test_a_name_stays_as_it_is_in_a_cell_a_setting_and_a_request_and_names_no_server(name: str):
    assert model_text(name) == name
    assert plain_name(name) == name
    assert server_of(name) == ""


@pytest.mark.parametrize(
    "name",
    [
        "gguf:C:/models/x.gguf",
        r"gguf:C:\models\x.gguf",
        "gguf:/models/x.gguf",
        "gguf:smollm2",
        "gguf:models/deep/x.gguf",
        "gguf:org/repo:../x.gguf",
        "gguf:org/repo:/x.gguf",
        "gguf:org/repo:a//x.gguf",
        "gguf:org/repo:C:/x.gguf",
        r"gguf:org/repo:a\x.gguf",
        "gguf:org/repo@:x.gguf",
        "gguf:org/repo@../x:x.gguf",
        "gguf:../repo:x.gguf",
        "gguf:org/..:x.gguf",
        "gguf:org/a..b:x.gguf",
        "gguf:org/a--b:x.gguf",
        "gguf:org/repo:x\n.gguf",
        "gguf:órg/repo:x.gguf",
        "gguf:org/" + "x" * 97 + ":x.gguf",
        "st:org/name:file",
        "st:all-MiniLM-L6-v2",
        "st:https://host/model",
        "openai:org/name",
        "org/name",
        "",
    ],
)
def test_what_is_a_path_or_odd_is_no_name_of_a_hub(name: str):
    assert hub_name(name) is None
    with pytest.raises(SettingError, match="no name of a model"):
        named_on_hub(name)


def test_a_split_file_stands_for_all_its_parts():
    name = named_on_hub("gguf:org/repo:a/big-00001-of-00003.gguf")
    assert name.files == tuple(f"a/big-0000{part}-of-00003.gguf" for part in (1, 2, 3))
    assert named_on_hub("gguf:org/repo:a.gguf").files == ("a.gguf",)
    none = "big-00001-of-00000.gguf"
    assert named_on_hub(f"gguf:org/repo:{none}").files == (none,)


@pytest.mark.parametrize("path", ["a.json", "1_Pooling/config.json", "日本語.json"])
def test_a_path_that_every_system_can_write_stays_inside(path: str):
    assert is_inside(path)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/a",
        "a/",
        "../a",
        "a/./b",
        "a\\b",
        "a:b",
        "a\0b",
        "a. ",
        "a.",
        " a",
        "nul?",
        "a\x9b",
        "a\u202egpj.json",
        "\ud800",
    ],
)
def test_a_path_that_leads_elsewhere_does_not(path: str):
    assert not is_inside(path)
