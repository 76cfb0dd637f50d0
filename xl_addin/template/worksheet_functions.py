"""The worksheet functions: one table, from which their VBA and the wizard's help are written."""

from __future__ import annotations

from dataclasses import dataclass

from xl_addin.template.vba.vba_text import vba_module_text, vba_string

MODULE = "BonsaiFunctions"

#: What Excel shows of a help text in the function wizard.
LONGEST_HELP = 255


@dataclass(frozen=True)
class Argument:
    """One argument as the wizard shows it. `povs` stands for points of view."""

    name: str
    help: str
    optional: bool = False


@dataclass(frozen=True)
class WorksheetFunction:
    """One function; `python` is its name in `xl_addin.functions`.

    One that takes points of view has a second there, with `known_` before its name.
    """

    name: str
    python: str
    help: str
    arguments: tuple[Argument, ...]


_POVS = Argument(
    "povs",
    "Points of view: sentences, sentences with weights, or the table tblPOV. Left out: the rows "
    "of tblPOV in use, with their weights. Name the table, and the formula follows its changes.",
    optional=True,
)

FUNCTIONS = (
    WorksheetFunction(
        "SEXYSCORE",
        "sexyscore",
        "How strongly a text touches your points of view. Example: =SEXYSCORE([@Chunk],tblPOV). "
        "#N/A: not available now, look at the sheet Jobs.",
        (
            Argument("text", "The text to score. A range gives an array of its shape."),
            _POVS,
            Argument(
                "mode",
                "contrast (the usual), classic, max, mean or pnorm.",
                optional=True,
            ),
        ),
    ),
    WorksheetFunction(
        "BONSAI_SIMILARITY",
        "bonsai_similarity",
        "How similar in meaning two texts are: the cosine of their embeddings, 1 for the same. "
        "Two ranges give a matrix.",
        (
            Argument("first_text", "The first text, or a range: one row of the matrix a text."),
            Argument("second_text", "The second text, or a range: one column a text."),
        ),
    ),
    WorksheetFunction(
        "BONSAI_TOPPOV",
        "bonsai_toppov",
        "The points of view that a text touches most. Example: =BONSAI_TOPPOV([@Chunk],tblPOV,3).",
        (
            Argument("text", "The text. A range gives an array of its shape."),
            _POVS,
            Argument("how_many", "How many points of view to name; 1 if left out.", optional=True),
        ),
    ),
)


def functions_module(functions: tuple[WorksheetFunction, ...] = FUNCTIONS) -> str:
    """Return the VBA module with the functions and the sub that registers their help."""
    return vba_module_text(
        f"{MODULE}.bas",
        functions="\n\n".join(_function(function) for function in functions),
        help="\n".join(_help(function) for function in functions),
    )


def _function(function: WorksheetFunction) -> str:
    arguments = function.arguments
    declared = [f"{_prefix(a)}ByVal {a.name} As Variant" for a in arguments]
    names = ", ".join(argument.name for argument in arguments)
    lines = [f"Public Function {function.name}( _"]
    lines += [f"    {line}, _" for line in declared[:-1]]
    lines += [f"    {declared[-1]}) As Variant"]
    lines += [_default(argument) for argument in arguments if argument.optional]
    way = "ScoreOf" if _POVS in arguments else "CallPython"
    call = f"BonsaiBridge.{way}({vba_string(function.python)}, Array({names}))"
    return "\n".join([*lines, f"    {function.name} = {call}", "End Function"])


def _prefix(argument: Argument) -> str:
    return "Optional " if argument.optional else ""


def _default(argument: Argument) -> str:
    default = "BonsaiBridge.UsualPovs()" if argument.name == _POVS.name else "Empty"
    return f"    If IsMissing({argument.name}) Then {argument.name} = {default}"


def _help(function: WorksheetFunction) -> str:
    texts = ", _\n        ".join(vba_string(argument.help) for argument in function.arguments)
    return (
        f"    BonsaiExcel.DescribeFunction {vba_string(function.name)}, _\n"
        f"        {vba_string(function.help)}, _\n"
        f"        Array({texts})"
    )
