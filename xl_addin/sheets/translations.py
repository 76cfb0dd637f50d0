"""The column Translation of Ranked and Answers: there once something was to be translated.

Beside it stand, in the hidden column Translated, short hashes of the text that was translated and
of what was written. A translation that does not fit its hash is somebody's own, and stays whatever
a run makes of its text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from worker.contract import Translation, text_key
from worker.contract.translation import Flaw
from xl_addin.language.language import Say
from xl_addin.sheets.answers import ANSWERS
from xl_addin.sheets.book_language import book_language
from xl_addin.sheets.edited_answers import fingerprint
from xl_addin.sheets.ranked import RANKED
from xl_addin.workbook.columns import Column, Table
from xl_addin.workbook.port import (
    KeptCell,
    NotComputed,
    Row,
    RowValue,
    TableContent,
    TableData,
    WorkbookPort,
)
from xl_addin.workbook.table.user_cells import Key, row_key

TRANSLATION = Column("Translation", 54, "wrapped")
TRANSLATED = Column("Translated", 14, hidden=True)

#: The columns whose texts are translated, by table; a cell of Translation has all of its row.
_TEXTS = {RANKED.name: ("Question", "Chunk"), ANSWERS.name: ("Answer",)}

#: What the first line begins with, if something is doubtful; what stands between two texts.
DOUBT, PARAGRAPH = "⚠", "\n\n"

#: Of what is missing, so much is named.
_SHOWN = 5
_SHOWN_SIGNS = 30
_FLAWS: Mapping[Flaw, str] = {
    "short": "much shorter than the text",
    "cut": "ends within a sentence",
    "unchanged": "not in the language asked for",
}


@dataclass(frozen=True)
class Translated:
    """Content with its translations.

    `lost` are somebody's own whose row is gone; `outdated` counts those whose text has changed.
    """

    content: TableContent
    lost: Sequence[Row] = ()
    outdated: int = 0


def with_translations(
    book: WorkbookPort, content: TableContent, translations: Iterable[Translation]
) -> Translated:
    """Return content with the translations of a run, and those that stand there and still hold.

    The columns are added where there is a translation; where they are, they are kept up. What is
    doubtful is said in the workbook's language: here, as its hash is of the cell as it is written.
    """
    by_text = {translation.of: translation for translation in translations}
    say = book_language(book).say
    standing = book.read_table(content.table)
    if not by_text and TRANSLATION.header not in standing.headers:
        return Translated(content)
    old = _by_key(content, standing.rows)
    rows = [{**row, **_cells(content, row, old, by_text, say)} for row in content.rows]
    keys = {row_key(row, content.table.key) for row in rows}
    edited = {key: row for key, row in old.items() if _is_edited(row)}
    return Translated(
        _with_columns(content, rows),
        [_told(content, row) for key, row in edited.items() if key not in keys],
        sum(_is_outdated(content, row, edited) for row in content.rows),
    )


def with_translation_columns(table: Table, *states: TableData) -> tuple[Column, ...]:
    """Return the columns of a table, with those of translations if it has them in any state."""
    there = any(TRANSLATION.header in state.headers for state in states)
    is_read = table.name in _TEXTS and there
    return (*table.columns, TRANSLATION, TRANSLATED) if is_read else table.columns


def with_later_translations(content: TableContent, now: Sequence[Row]) -> TableContent:
    """Return restored content in which translations stay that somebody has edited since."""
    if TRANSLATION not in content.run_columns:
        return content
    edited = {key: row for key, row in _by_key(content, now).items() if _is_edited(row)}
    rows = [
        {**row, **(_kept(edited[key]) if (key := _key(content, row)) in edited else {})}
        for row in content.rows
    ]
    return replace(content, rows=rows)


def outdated_note(count: int, sheet: str) -> str:
    """Say how many translations of a person's are of another text than stands there now."""
    if count == 1:
        return (
            f"On {sheet} a row has a Translation that you edited, and another text now. Empty the "
            "cell to have it translated anew."
        )
    return (
        f"On {sheet} {count} rows have a Translation that you edited, and another text now. Empty "
        "a cell to have it translated anew."
    )


def translation_text(translations: Sequence[Translation], say: Say = str) -> str:
    """Return the cell of a row: what is doubtful in the first line, then each text."""
    doubts = dict.fromkeys(say(doubt) for each in translations for doubt in _doubts(each))
    first = [f"{DOUBT} {'; '.join(doubts)}"] if doubts else []
    texts = PARAGRAPH.join(each.text for each in translations if each.text)
    return "\n".join([*first, *([texts] if texts else [])])


def split_question(cells: Sequence[str]) -> tuple[str, list[str]]:
    """Return the question's translation, with which all cells of its rows begin, and their rest.

    Where they begin in different ways, as somebody has edited one, or where one cannot be told from
    a passage, as there is no other row, all of them stay whole.
    """
    parts = [_parts(cell) for cell in cells]
    questions = {question for _, question, _ in parts}
    if len(cells) < 2 or len(questions) > 1:
        return "", [*cells]
    return questions.pop(), ["\n".join(filter(None, (doubt, rest))) for doubt, _, rest in parts]


def _parts(cell: str) -> tuple[str, str, str]:
    """Return the line of what is doubtful, the first text, and the others."""
    doubt, _, texts = cell.partition("\n") if cell.startswith(DOUBT) else ("", "", cell)
    first, _, others = texts.partition(PARAGRAPH)
    return doubt, first, others


def _doubts(translation: Translation) -> Iterator[str]:
    if translation.problem:
        yield f"not translated: {translation.problem}"
        return
    if missing := _named(translation.missing):
        one = len(translation.missing) == 1
        yield f"{missing} is missing" if one else f"{missing} are missing"
    if added := _named(translation.added):
        one = len(translation.added) == 1
        yield f"{added} is not in the text" if one else f"{added} are not in the text"
    yield from (_FLAWS[flaw] for flaw in translation.flaws)


def _named(found: Sequence[str]) -> str:
    shown = ", ".join(one[:_SHOWN_SIGNS] for one in found[:_SHOWN])
    return f"{shown} and others" if len(found) > _SHOWN else shown


def _cells(
    content: TableContent,
    row: Mapping[str, RowValue],
    old: Mapping[Key, Row],
    by_text: Mapping[str, Translation],
    say: Say,
) -> dict[str, RowValue]:
    """Return a row's translation: somebody's own, else the run's, else one that still holds."""
    standing, texts = old.get(_key(content, row)), _texts(content, row)
    if standing and _is_edited(standing):
        return _kept(standing)
    made = [by_text[key] for key in map(text_key, texts) if key in by_text]
    if made:
        text = translation_text(made, say)
        return {TRANSLATION.header: text, TRANSLATED.header: _hashes(texts, text)}
    if standing and _hash_of_texts(standing) == _hash(texts):
        return dict(standing.cells((TRANSLATION, TRANSLATED)))
    return {TRANSLATION.header: None, TRANSLATED.header: None}


def _kept(row: Row) -> dict[str, RowValue]:
    """Return a cell of a person's, with whatever stands in it."""
    return {
        TRANSLATION.header: KeptCell(row.number, row.values.get(TRANSLATION.header)),
        TRANSLATED.header: row.values.get(TRANSLATED.header),
    }


def _is_edited(row: Row) -> bool:
    """Say whether a translation is somebody's own; so is one without a hash."""
    text = row.values.get(TRANSLATION.header)
    if text is None or (text == "" and not isinstance(text, NotComputed)):
        return False
    written = str(row.values.get(TRANSLATED.header) or "").partition("-")[2]
    return not written or fingerprint(text) != written


def _is_outdated(
    content: TableContent, row: Mapping[str, RowValue], edited: Mapping[Key, Row]
) -> bool:
    standing = edited.get(_key(content, row))
    known = _hash_of_texts(standing) if standing else ""
    return bool(known) and known != _hash(_texts(content, row))


def _texts(content: TableContent, row: Mapping[str, RowValue]) -> list[str]:
    values = (row.get(header) for header in _TEXTS[content.table.name])
    shown = (value.value if isinstance(value, KeptCell) else value for value in values)
    return [str(value) for value in shown if value]


def _hashes(texts: Sequence[str], written: str) -> str:
    return f"{_hash(texts)}-{fingerprint(written)}"


def _hash(texts: Sequence[str]) -> str:
    return fingerprint("\n\n".join(texts))


def _hash_of_texts(row: Row) -> str:
    return str(row.values.get(TRANSLATED.header) or "").partition("-")[0]


def _with_columns(content: TableContent, rows: Sequence[Mapping[str, RowValue]]) -> TableContent:
    columns = content.columns or content.table.columns
    return replace(content, rows=rows, columns=(*columns, TRANSLATION, TRANSLATED))


def _told(content: TableContent, row: Row) -> Row:
    told = (*content.table.key, TRANSLATION.header)
    return Row(row.number, {header: row.values.get(header) for header in told})


def _by_key(content: TableContent, rows: Sequence[Row]) -> dict[Key, Row]:
    return {_key(content, row.values): row for row in reversed(rows)}


def _key(content: TableContent, values: Mapping[str, RowValue]) -> Key:
    return row_key(values, content.table.key)
