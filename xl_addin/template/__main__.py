"""Rebuild the templates: python -m xl_addin.template."""

from __future__ import annotations

import sys

from xl_addin.shipped_files import SUFFIXES, template_path
from xl_addin.template.builder import build_template


def main() -> None:
    """Write both kinds of the template into the templates folder."""
    for suffix in SUFFIXES:
        build_template(template_path(suffix))
        sys.stdout.write(f"{template_path(suffix)}\n")


if __name__ == "__main__":
    main()
