"""What a file of texts lacks, and what it has too much: python -m xl_addin.language missing."""

from __future__ import annotations

import sys

from xl_addin.language.catalogue import LANGUAGES, read_texts
from xl_addin.language.extraction import strings_of_code, texts_of_code


def missing(name: str) -> dict[str, str]:
    """Return the texts that a language lacks, each with a file in which it stands."""
    known = read_texts(name)
    return {text: place for text, place in texts_of_code().items() if text not in known}


def unused(name: str) -> list[str]:
    """Return the entries of a language that no code has."""
    said = strings_of_code()
    return [text for text in read_texts(name) if text not in said]


def main() -> None:
    """Print entries to be filled in, as they go into the file; or those to be deleted."""
    import polib

    asked = sys.argv[1] if sys.argv[1:] else "missing"
    for name in LANGUAGES[1:]:
        lines = missing(name) if asked == "missing" else dict.fromkeys(unused(name), "")
        for text, place in lines.items():
            entry = polib.POEntry(msgid=text, comment=place)
            sys.stdout.buffer.write(f"{entry}\n".encode())


if __name__ == "__main__":
    main()
