"""Rebuild the templates: python -m xl_addin.template."""

from __future__ import annotations

import sys

from xl_addin.language.catalogue import LANGUAGES, language_named
from xl_addin.shipped_files import SUFFIXES, template_path
from xl_addin.template.builder import build_template


def main() -> None:
    """Write both kinds of the template, in each language, into the templates folder."""
    for language in map(language_named, LANGUAGES):
        for suffix in SUFFIXES:
            path = template_path(suffix, language.name)
            build_template(path, language=language)
            sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
