"""The texts of the code that a person may read, found in its source.

A text is a literal of two words or more, with a hole for each value of an f-string; docstrings and
annotations are none, nor what is written for a program: SQL, patterns, markup, prompts, logs. Of
single words only those count that stand where words are shown: labels of buttons, stages, tables of
the terminal.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from xl_addin.language.vba_literals import literals

_ROOT = Path(__file__).resolve().parents[2]

#: Modules whose texts no person reads in a workbook or terminal: words to look for, what is sent to
#: models, how files are made; papers and the command that lists texts, which are for makers; the
#: list of commands, whose help is English as all help on the command line is; what agents are told.
_SILENT = re.compile(
    r"worker/(?:answering/(?:evidence/(?:answer_type|question_parts|scale)|names|stems)"
    r"|evaluation/(?:abstention|measures)|inference/scripted_model|models/local_pages"
    r"|qa_data/(?:cleaning|targets|word_stems|wording)|queueing/local/machine_clock"
    r"|documents/text/(?:encoding_labels|common_characters)|queueing/broker/stranded).*"
    r"|xl_addin/(?:language/.*|reference|commands/(?:app|agent_server)"
    r"|template/(?:macros|vba/.*|__main__|cell_styles)"
    r"|report/(?:page|reader_book|heat_table)|workbook/file/(?:styles_part|drawing_part)).*"
)

#: Calls whose words go to a program or into a log.
_SILENT_CALLS = {
    "compile", "execute", "executemany", "executescript", "fetchone", "fetchall", "split",
    "warning", "info", "debug", "exception", "startswith", "endswith", "search", "match",
    "write_blank", "parse",
}  # fmt: skip

#: Calls that show single words: which of their arguments; none stands for all.
_WORDS: dict[str, tuple[int, ...]] = {
    "Button": (1,),
    "Group": (1,),
    "Table": (2,),
    "PictureSheet": (0,),
    "Texts": (),
    "progress": (0,),
    "SummaryTable": (),
    "summary_table": (),
}

#: Names of lists of such words.
_WORD_LISTS = re.compile(r"_?(?:headers|stages|columns|counted)", re.IGNORECASE)

_TWO_WORDS = re.compile(
    r"[^\W_]['’]?[,;:.)'’”–}]* +[('‘“–]*[^\W\d_{]"  # a letter or digit, and a word behind it
    r"|\} +[^\W\d_]"  # a hole and a word
    r"|[^\W\d_][,:;]? +\{"  # a word and a hole
)
_FOR_PROGRAMS = re.compile(
    r"\b(?:SELECT|INSERT|UPDATE|DELETE|CREATE TABLE|PRAGMA|BEGIN|FROM|WHERE|ORDER BY) "
    r"|\\[bwdsWGS(]|\(\?|\[\^|\w\|\w"  # patterns
    r"|^\s*<|tbl\w+\[|\[#This Row\]|^=?IF\("  # markup, formulas
    r"|HTTP/1|[0-9a-f]{64}"  # protocols, hashes
    r"|\{(?:passage|words|sentence|kind)\}|\{context\}\n"  # prompts
    r"|\{\{?question\}\}?(?:\n|$)|^### "
    r"|Public Sub|Public Function|If IsMissing|ByVal|BonsaiExcel\.|BonsaiBridge\."  # macros
    r"|\n\w+ \{\}\n|^[\d.]+ [GM]B$"  # lines for a server, sizes
    r"|^\nimport \w"  # a program
)


def texts_of_code(root: Path = _ROOT) -> dict[str, str]:
    """Return the texts that need a translation, each with the file where it stands first."""
    found: dict[str, str] = {}
    for path in _sources(root):
        name = path.relative_to(root).as_posix()
        for text in _texts(path, name):
            found.setdefault(text, name)
    return found


def strings_of_code(root: Path = _ROOT) -> set[str]:
    """Return every string of the code as a template: whatever a catalogue may translate."""
    found: set[str] = set()
    for path in _sources(root):
        code = path.read_text(encoding="utf-8")
        if path.suffix == ".py":
            nodes = ast.walk(ast.parse(code))
            found.update(text for node in nodes if (text := as_template(node)) is not None)
        else:
            found.update(literals(code))
    return found


def as_template(node: ast.AST) -> str | None:
    """Return a string or f-string as a template; nothing for any other node."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value).replace("{", "{{").replace("}", "}}")
            if isinstance(part, ast.Constant)
            else "{}"
            for part in node.values
        )
    return None


def _sources(root: Path) -> Iterator[Path]:
    for folder in ("worker", "xl_addin"):
        yield from sorted((root / folder).rglob("*.py"))
    yield from sorted((root / "xl_addin" / "template" / "vba").glob("*.bas"))


def _texts(path: Path, name: str) -> Iterator[str]:
    code = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield from filter(_is_text, literals(code))
    elif not _SILENT.fullmatch(name):
        tree = ast.parse(code)
        silent = set(map(id, _silent_nodes(tree)))
        for node in ast.walk(tree):
            if id(node) not in silent and (text := as_template(node)) and _is_text(text):
                yield text
            yield from _single_words(node)


def _is_text(text: str) -> bool:
    return bool(_TWO_WORDS.search(text)) and not _FOR_PROGRAMS.search(text)


def _silent_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Return nodes whose strings are no texts: docstrings, annotations, pieces of f-strings."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield from _pieces(node)
        elif isinstance(node, ast.arg) and node.annotation:
            yield from ast.walk(node.annotation)
        elif isinstance(node, ast.Subscript):  # Literal["…"], values["…"]
            yield from ast.walk(node.slice)
        elif isinstance(node, ast.Call):
            yield from _silent_arguments(node)


def _pieces(node: ast.JoinedStr) -> Iterator[ast.AST]:
    for part in node.values:
        if isinstance(part, ast.Constant):
            yield part
        elif isinstance(part, ast.FormattedValue) and part.format_spec:
            yield from ast.walk(part.format_spec)


def _silent_arguments(node: ast.Call) -> Iterator[ast.AST]:
    if _name(node) in _SILENT_CALLS:
        for part in ast.iter_child_nodes(node):
            yield from ast.walk(part)


def _name(node: ast.Call) -> str:
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _single_words(node: ast.AST) -> Iterable[str]:
    chosen: list[ast.expr] = []
    if isinstance(node, ast.Call) and _name(node) in _WORDS:
        places = _WORDS[_name(node)]
        named = [keyword.value for keyword in node.keywords] if not places else []
        chosen = [node.args[place] for place in places if place < len(node.args)] or [
            *node.args,
            *named,
        ]
    elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
        names = [target.id for target in node.targets if isinstance(target, ast.Name)]
        chosen = [node.value] if any(map(_WORD_LISTS.fullmatch, names)) else []
    strings = (as_template(part) for argument in chosen for part in ast.walk(argument))
    return [text for text in strings if text and re.fullmatch(r"[A-Z][\w ()%-]+", text)]
