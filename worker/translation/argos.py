"""Packages of Argos Translate: a model of CTranslate2 and one of SentencePiece, for two languages.

They are read as they are, so that none of what argostranslate itself needs to find sentences (torch
and stanza) is installed: sentences are found here as in answers.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from worker.answering.sentences import sentence_spans
from worker.errors import (
    EngineError,
    SettingError,
    WeightsMissingError,
    package_missing,
    run_stopped,
)
from worker.file_faults import reason_of
from worker.settings import Settings
from worker.translation.base import Outcome, Said

_TOKENIZER = "sentencepiece.model"
_MODEL = "model/"
_METADATA = "metadata.json"
#: Tokens of a sentence: what is longer is cut, and said to be.
_MOST_TOKENS = 512
_SENTENCES_AT_ONCE = 16
#: As Argos Translate asks: a search of this width, with a mild preference for long sentences.
_BEAMS, _LENGTH_PENALTY = 4, 0.2
_SPACE = "▁"


@dataclass(frozen=True)
class ArgosModel:
    """Translates from one language into one other, sentence by sentence."""

    name: str
    languages: Mapping[str, str]
    translator: Any
    tokenizer: Any

    def translate(
        self, texts: Sequence[str], to: str, *, cancelled: Callable[[], bool]
    ) -> Iterator[Outcome]:
        """Yield each text in the other language; see `Translator.translate`.

        :raises SettingError: if the package is for another language.
        """
        self._check_language(to)
        for place, text in enumerate(texts):
            if cancelled():
                raise run_stopped("You asked to stop.")
            yield place, self._translated(text)

    def _translated(self, text: str) -> Said:
        """Return a text, in which what stands between sentences stays."""
        spans = sentence_spans(text)
        said = self._sentences([text[start:end] for start, end in spans])
        pieces, last = [], 0
        for (start, end), sentence in zip(spans, said, strict=True):
            pieces += [text[last:start], sentence.text]
            last = end
        return Said("".join([*pieces, text[last:]]), any(each.cut for each in said))

    def _sentences(self, sentences: list[str]) -> list[Said]:
        tokens = [self.tokenizer.encode(sentence, out_type=str) for sentence in sentences]
        prefix = self.languages.get("target_prefix", "")
        results = self.translator.translate_batch(
            tokens,
            target_prefix=[[prefix]] * len(tokens) if prefix else None,
            replace_unknowns=True,
            max_batch_size=_SENTENCES_AT_ONCE,
            beam_size=_BEAMS,
            length_penalty=_LENGTH_PENALTY,
            max_decoding_length=_MOST_TOKENS,
        )
        return [_said(result.hypotheses[0], prefix) for result in results]

    def _check_language(self, to: str) -> None:
        known = [self.languages.get(key, "").casefold() for key in ("to_code", "to_name")]
        if to.strip().casefold() not in known:
            raise SettingError(
                f"The translator {self.name} does not translate into '{to}'.",
                f"It is for {self._said('from')} into {self._said('to')}.",
                f"Write {self._said('to')} beside 'Translate to' on the Settings sheet, or name "
                "another package beside 'Translator'.",
            )

    def _said(self, way: str) -> str:
        return self.languages.get(f"{way}_name") or self.languages.get(f"{way}_code", "?")


def load(name: str, settings: Settings) -> ArgosModel:
    """Return the translator of this name: `argos:` and a package, as a file or unpacked.

    :raises PackageMissingError: if ctranslate2 or sentencepiece is not installed.
    :raises WeightsMissingError: if there is no such package, or it lacks a part.
    :raises EngineError: if its models cannot be loaded.
    """
    try:
        import ctranslate2
        import sentencepiece
    except ImportError as error:
        raise package_missing(error.name or "ctranslate2", "translate") from error
    path = Path(name.partition(":")[2])
    parts = _parts(path)
    model = {
        part.removeprefix(_MODEL): data for part, data in parts.items() if part.startswith(_MODEL)
    }
    if not (parts.get(_TOKENIZER) and parts.get(_METADATA) and model):
        raise _lacking(path, f"It has no {_TOKENIZER}, no {_METADATA} or no folder {_MODEL}")
    try:
        languages = {key: str(value) for key, value in json.loads(parts[_METADATA]).items()}
        translator = ctranslate2.Translator(
            str(path),
            device="cpu",
            intra_threads=settings.thread_count,
            files={part: io.BytesIO(data) for part, data in model.items()},
        )
        tokenizer = sentencepiece.SentencePieceProcessor(model_proto=parts[_TOKENIZER])
    except (ValueError, AttributeError, RuntimeError) as error:
        raise EngineError(
            f"The translator {name} cannot be loaded.",
            f"{str(error).splitlines()[0] if str(error) else type(error).__name__}.",
            "Fetch the package anew, or take another one.",
        ) from error
    return ArgosModel(name, languages, translator, tokenizer)


def _parts(path: Path) -> dict[str, bytes]:
    """Return the files of a package by their path in its folder."""
    try:
        if path.is_dir():
            files = {each.relative_to(path).as_posix(): each for each in path.rglob("*")}
            return {part: each.read_bytes() for part, each in files.items() if each.is_file()}
        with zipfile.ZipFile(path) as package:
            names = [each.filename for each in package.infolist() if not each.is_dir()]
            return {each.partition("/")[2]: package.read(each) for each in names}
    except (OSError, zipfile.BadZipFile) as error:
        why = reason_of(error) if isinstance(error, OSError) else f"It is no package: {error}."
        raise _lacking(path, why.rstrip(".")) from error


def _said(tokens: Sequence[str], prefix: str) -> Said:
    text = "".join(tokens).replace(_SPACE, " ").strip()
    return Said(text.removeprefix(prefix).strip(), len(tokens) >= _MOST_TOKENS)


def _lacking(path: Path, why: str) -> WeightsMissingError:
    return WeightsMissingError(
        f"There is no package of Argos Translate at {path}.",
        f"{why}.",
        "Write argos: and the path of an .argosmodel file, or of its unpacked folder, beside "
        "'Translator' on the Settings sheet.",
    )
