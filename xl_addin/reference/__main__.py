"""Write the pages anew: python -m xl_addin.reference."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from xl_addin.reference.program_pages import errors_page, options_page
from xl_addin.reference.workbook_pages import functions_page, settings_page, sheets_page

#: The folder of a source checkout that holds the pages.
DOCS = Path(__file__).resolve().parents[2] / "docs"

PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "sheets.md": sheets_page,
    "functions.md": functions_page,
    "options.md": options_page,
    "errors.md": errors_page,
}


def main() -> None:
    """Write all pages."""
    for name, page in PAGES.items():
        (DOCS / name).write_text(page(), encoding="utf-8", newline="\n")
        sys.stdout.write(f"{DOCS / name}\n")


if __name__ == "__main__":
    main()
