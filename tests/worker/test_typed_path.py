import os
from pathlib import Path

import pytest

from worker.typed_path import model_text, path_text, place_text, typed_path

ENVIRONMENT = {"USERPROFILE": "/home/kei", "DATA": "/data"}


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ('"/home/kei/my papers"', "/home/kei/my papers"),
        ("'/home/kei/my papers' ", "/home/kei/my papers"),
        ("“/home/kei/書類”", "/home/kei/書類"),
        ("「/home/kei/書類」", "/home/kei/書類"),
        ('"..\\papers"', "../papers"),
        ("papers\\2024\\a.xlsx", "papers/2024/a.xlsx"),
        ("/Users/kei/My\\ Papers\\ \\(1\\)", "/Users/kei/My Papers (1)"),
        ("file:///home/kei/my%20papers", "/home/kei/my papers"),
        ("FILE://localhost/home/kei/%E6%9B%B8%E9%A1%9E", "/home/kei/書類"),
        ("file:/home/kei/a%23b", "/home/kei/a#b"),
        ("file:///C:/Users/Kei/My%20Papers", "C:/Users/Kei/My Papers"),
        ("file://server/share/a b", "//server/share/a b"),
        ("%USERPROFILE%\\papers", "/home/kei/papers"),
        ("$HOME/papers", "/home/kei/papers"),
        ("${DATA}/papers", "/data/papers"),
        ('"$DATA/papers"', "/data/papers"),
        ("costs of $30/50% more/100% less", "costs of $30/50% more/100% less"),
        ("\u202a/home/kei/from properties", "/home/kei/from properties"),
        ("", ""),
    ],
)
def test_a_path_is_read_as_it_is_pasted(pasted: str, meant: str):
    assert path_text(pasted, ENVIRONMENT, on_windows=False) == meant


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ('"C:\\Users\\Kei\\My Papers"', "C:\\Users\\Kei\\My Papers"),
        ("\u202aC:\\Users\\Kei", "C:\\Users\\Kei"),
        ("file:///C:/Users/Kei/My%20Papers", "C:/Users/Kei/My Papers"),
        ("file://server/share/papers", "//server/share/papers"),
        ("%USERPROFILE%\\papers", "/home/kei\\papers"),
    ],
)
def test_on_windows_backslashes_stay(pasted: str, meant: str):
    assert path_text(pasted, ENVIRONMENT, on_windows=True) == meant


def test_the_sign_for_home_is_the_home_folder():
    home = os.path.expanduser("~")
    assert path_text("~/papers") == f"{home}/papers"
    assert path_text("~\\papers", on_windows=False) == f"{home}/papers"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
@pytest.mark.parametrize("name", ['"quoted"', "a\\b", "$HOME", "%DATA%", "~", "file:x"])
def test_what_lies_there_under_that_very_name_is_taken(tmp_path: Path, name: str):
    (tmp_path / name).touch()
    assert typed_path(name, tmp_path) == tmp_path / name


def test_a_relative_path_counts_from_the_folder(tmp_path: Path):
    assert typed_path('"papers"', tmp_path) == tmp_path / "papers"
    assert typed_path("-") == Path("-"), "the screen"


@pytest.mark.parametrize(
    ("pasted", "meant"),
    [
        ('gguf:"/models/my model.gguf"', "gguf:/models/my model.gguf"),
        ('"gguf:/models/my model.gguf"', "gguf:/models/my model.gguf"),
        ("hf:file:///models/a%20b", "hf:/models/a b"),
        ("hf:Qwen/Qwen2.5-0.5B", "hf:Qwen/Qwen2.5-0.5B"),
        ("onnx:minilm", "onnx:minilm"),
        ("openai:http://host:1/v1#a%20b", "openai:http://host:1/v1#a%20b"),
        ("minilm", "minilm"),
    ],
)
def test_a_model_may_be_a_path_as_it_is_pasted(pasted: str, meant: str):
    assert model_text(pasted) == meant


@pytest.mark.parametrize("address", ["http://host:8000", "https://host/a%20b", "s3://bucket"])
def test_an_address_is_no_path(address: str):
    assert place_text(f' "{address}" ') == address


def test_a_place_may_be_a_path(tmp_path: Path):
    assert place_text(f'"{tmp_path}"') == str(tmp_path)
    assert place_text(tmp_path.as_uri()) == str(tmp_path)
