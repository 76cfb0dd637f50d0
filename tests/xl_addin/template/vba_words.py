"""Words of VBA, and names in a module that nothing declares.

LibreOffice passes over undeclared variables and unknown Subs; Excel refuses the whole project.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Set

_KEYWORDS = """
    addressof and any as boolean byref byte byval call case cbool cbyte cdate cdbl cdec cint clng
    close const csng cstr currency cvar cverr date debug declare dim do double each else elseif
    empty end enum eqv erase error event exit false for friend function get global gosub goto if
    imp implements in input integer is len let like lock long loop lset me mod new next not
    nothing null object on open option optional or paramarray preserve print private property
    public put raiseevent redim rem resume return rset seek select set shared single spc static
    stop string sub tab then to true type typeof until variant wend while with withevents write
    xor
"""
_LIBRARY = """
    application array chrw err explicit instr instrrev iribboncontrol isarray isempty iserror
    ismissing
    isobject lbound lcase left mac mid module msgbox now range replace right step strcomp strconv
    thisworkbook timeserial trim ubound val vartype vbcr vbexclamation vbfromunicode vblf
    vbobjecterror vbstring
    vbtextcompare vbunicode xlerrna xlerrvalue xlsheetvisible
"""

#: An argument of such a name does not compile.
RESERVED = frozenset(re.findall(r"\w+", _KEYWORDS))
_KNOWN = RESERVED | frozenset(re.findall(r"\w+", _LIBRARY))

_STRING = re.compile(r'"(?:[^"]|"")*"')
_NAME = re.compile(r"(?<![\w.])[A-Za-z]\w*(?!:=|\w)")
_PROCEDURE = re.compile(
    r"^(?:Public |Private )?(Sub|Function) (\w+)\((.*?)\)(?: As \w+)?$(.*?)^End \1",
    re.MULTILINE | re.DOTALL,
)
_DECLARED = re.compile(r"(\w+)(?:\(\))?(?:\([^)]*\))? As ")


def plain_code(source: str) -> str:
    """Return the code without attributes, comments, literals and line breaks within statements."""
    lines = []
    for line in source.replace("\r\n", "\n").split("\n"):
        bare = _STRING.sub('""', line).partition("'")[0].rstrip()
        if not bare.startswith(("Attribute ", "#")):
            lines.append(bare)
    return re.sub(r" _\n\s*", " ", "\n".join(lines))


def public_names(source: str) -> set[str]:
    """Return the procedures that other modules may call."""
    return set(re.findall(r"^Public (?:Sub|Function) (\w+)", plain_code(source), re.MULTILINE))


def undeclared_names(source: str, from_elsewhere: Iterable[str]) -> set[str]:
    """Return the names in a module that neither VBA, the module nor another one declares."""
    code = plain_code(source)
    outside = _lower(from_elsewhere) | _module_names(code)
    missing: set[str] = set()
    for procedure in _PROCEDURE.finditer(code):
        arguments, body = procedure[3], procedure[4]
        labels = re.findall(r"^(\w+):$", body, re.MULTILINE)
        local = _lower([*_DECLARED.findall(f"{arguments} As "), *_DECLARED.findall(body), *labels])
        missing |= {
            name for name in _NAME.findall(body) if name.lower() not in outside | local | _KNOWN
        }
    return missing


def _module_names(code: str) -> set[str]:
    head = _PROCEDURE.sub("", code)
    procedures = [procedure[2] for procedure in _PROCEDURE.finditer(code)]
    return _lower([*_DECLARED.findall(head), *procedures])


def _lower(names: Iterable[str]) -> Set[str]:
    return {name.lower() for name in names}
