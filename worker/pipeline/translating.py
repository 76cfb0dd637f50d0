"""The stage after a ranking or answers: the texts that a run shows, in another language."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from worker.answering.prompts import Layout, choose_layout, clean_answer
from worker.contract import Problem, QuestionRanking, RankRequest, Translation, text_key
from worker.errors import BonsaiError, CancelledError
from worker.inference.base import Completion, LanguageModel, Prompt, Sampling
from worker.language import is_japanese, names_japanese
from worker.models.hub.kept import with_commit
from worker.models.kinds import does
from worker.pipeline.completing import Asker
from worker.pipeline.job_context import JobContext
from worker.pipeline.pace import Pace
from worker.translation.base import Said
from worker.translation.cache import TranslationCache
from worker.translation.checks import checked
from worker.translation.request import token_limit, translation_prompt

#: A text, and what became of it.
_Outcome = tuple[str, Said | BonsaiError]


def ranked_texts(rankings: Sequence[QuestionRanking]) -> Iterator[str]:
    """Yield what a ranking shows to be read: questions and passages."""
    for ranking in rankings:
        yield ranking.question
        yield from (row.text for row in ranking.rows)


def translations(
    request: RankRequest, texts: Iterable[str], context: JobContext
) -> tuple[Translation, ...]:
    """Return the texts in the language that is asked for, if one is, each once.

    One that is in that language already, as far as can be told, is left out. Without an engine
    each translation says why there is none; the run goes on.

    :raises CancelledError: if the user has asked to stop.
    """
    language = request.translate_to.strip()
    wanted = [text for text in dict.fromkeys(texts) if language and _is_foreign(text, language)]
    made = {row.of: row for row in context.stored(Translation)}
    left = [text for text in wanted if text_key(text) not in made]
    pace = Pace(len(wanted) - len(left), len(wanted), streams=2, what="translations", least=10)
    if left:
        context.progress("Translating", pace.done, pace.of)
    for row in _rows(request.translator, language, left, context):
        context.row(row)
        made[row.of] = row
        estimate = pace.step(written=not row.has_failed)
        context.progress("Translating", pace.done, pace.of, estimate=estimate)
    return tuple(made[key] for key in map(text_key, wanted))


def _is_foreign(text: str, language: str) -> bool:
    return bool(text.strip()) and not (names_japanese(language) and is_japanese(text))


def _rows(
    name: str, language: str, texts: Sequence[str], context: JobContext
) -> Iterator[Translation]:
    settings = context.runtime.settings
    cache = TranslationCache(settings.translations, with_commit(settings.models, name), language)
    known = cache.find(texts)
    yield from (checked(text, said, language) for text, said in known.items())
    new = [text for text in texts if text not in known]
    told: dict[str, Problem] = {}  # what keeps an engine from many texts is reported once
    for text, said in _outcomes(name, language, new, context):
        if isinstance(said, BonsaiError):
            if str(said) not in told:
                told[str(said)] = context.problem(said)
            yield Translation(of=text_key(text), text="", problem=told[str(said)])
        else:
            cache.keep(text, said)
            yield checked(text, said, language)


def _outcomes(
    name: str, language: str, texts: Sequence[str], context: JobContext
) -> Iterator[_Outcome]:
    """Yield what becomes of each text; what keeps an engine from all is told of each, too."""
    left = dict.fromkeys(texts)
    try:
        for text, said in _translated(name, language, texts, context) if texts else ():
            del left[text]
            yield text, said
    except CancelledError:
        raise
    except BonsaiError as error:
        yield from ((text, error) for text in left)


def _translated(
    name: str, language: str, texts: Sequence[str], context: JobContext
) -> Iterator[_Outcome]:
    if does(name, "translate"):
        translator = context.runtime.translator(name)
        said = translator.translate(texts, language, cancelled=context.cancelled)
        yield from ((texts[place], each) for place, each in said)
    else:
        yield from _written(context.runtime.language_model(name), language, texts, context)


@dataclass(frozen=True)
class _Draft:
    """A text that a language model is to translate. Nothing of it can be left out."""

    text: str
    language: str

    def prompt(self, layout: Layout) -> Prompt:
        """Return what the model is to read."""
        has_chat_layout = layout.form == "chat"
        return translation_prompt(self.text, self.language, has_chat_layout=has_chat_layout)

    def smaller(self) -> None:
        """Return nothing: a part of a text is another text."""
        return


def _written(
    model: LanguageModel, language: str, texts: Sequence[str], context: JobContext
) -> Iterator[_Outcome]:
    """Yield texts as a language model translates them, those of like length as one batch."""
    layout = choose_layout("", has_chat_layout=model.has_chat_layout)
    for limit, alike in groupby(sorted(texts, key=token_limit), token_limit):
        asker = Asker(model, layout, Sampling(limit), context)
        drafts = [_Draft(text, language) for text in alike]
        for draft, reply in asker.ask(drafts, lambda _draft, _piece: None):
            if isinstance(reply, Completion):
                yield draft.text, Said(clean_answer(reply.text), reply.cut)
            else:
                yield draft.text, reply
