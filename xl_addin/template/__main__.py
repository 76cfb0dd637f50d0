"""Rebuild the template: python -m xl_addin.template."""

from __future__ import annotations

import sys

from xl_addin.template import template_path
from xl_addin.template.builder import build_template


def main() -> None:
    """Write the template into the templates folder."""
    build_template(template_path())
    sys.stdout.write(f"{template_path()}\n")


if __name__ == "__main__":
    main()
