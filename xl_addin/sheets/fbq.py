"""The FBQ sheet: the user's questions, each with its variants."""

from __future__ import annotations

from xl_addin.workbook.columns import YES_NO, Table, user_column

VARIANTS = ("0", "1", "2", "3", "4")

FBQ = Table(
    "tblFBQ",
    "FBQ",
    "Fact-base questions",
    "One row is one theme. QInitial is the question as first asked; the A and B variants are "
    "closer looks at it. FBQ_A and FBQ_B choose a variant, counted from 0.",
    (
        user_column("ID", 7),
        user_column("QInitial", 46, "wrapped", required=True),
        *(user_column(f"FBQA{n}", 30, "wrapped", required=True) for n in range(1, 6)),
        *(user_column(f"FBQB{n}", 30, "wrapped", required=True) for n in range(1, 6)),
        user_column("FBQ_A", 9, "integer", required=True, choices=VARIANTS),
        user_column("FBQ_B", 9, "integer", required=True, choices=VARIANTS),
        user_column("Use", 7, choices=YES_NO),
    ),
    key=("ID",),
    frozen=2,
)
