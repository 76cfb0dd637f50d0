"""Sheets, tables and columns of a BONSAI workbook: the single source of every name in it.

Tables are found by name and columns by header text, so users may move, sort, insert and rename
anything else. `owner` says who writes a column: what belongs to the user is never overwritten.
"""

from __future__ import annotations

from xl_addin.workbook.columns import Column, Kind, Table

YES_NO = ("yes", "no")
VARIANTS = ("0", "1", "2", "3", "4")
SCORE_MODES = ("contrast", "classic", "max", "mean", "pnorm")
QUESTION_SETS = ("initial", "fbq", "all")
RETRIEVALS = ("dense", "hybrid")
SPLITTERS = ("recursive", "sentence")
#: What an answer's time goes to, in this order.
STAGES = ("Embed", "Retrieve", "Score", "Prompt", "Generate")

#: What the header of a contrast column adds to the id of its point of view.
CONTRAST_SUFFIX = " z"


def _user(header: str, width: float = 12, kind: Kind = "text", **more: object) -> Column:
    return Column(header, width, kind, owner="user", **more)  # type: ignore[arg-type]


FBQ = Table(
    "tblFBQ",
    "FBQ",
    "Fact-base questions",
    "One row is one theme. QInitial is the question as first asked; the A and B variants are "
    "closer looks at it. FBQ_A and FBQ_B choose a variant, counted from 0.",
    (
        _user("ID", 7),
        _user("QInitial", 46, "wrapped", required=True),
        *(_user(f"FBQA{n}", 30, "wrapped", required=True) for n in range(1, 6)),
        *(_user(f"FBQB{n}", 30, "wrapped", required=True) for n in range(1, 6)),
        _user("FBQ_A", 9, "integer", required=True, choices=VARIANTS),
        _user("FBQ_B", 9, "integer", required=True, choices=VARIANTS),
        _user("Use", 7, choices=YES_NO),
    ),
    key=("ID",),
    frozen=2,
)

POV = Table(
    "tblPOV",
    "POV",
    "Points of view",
    "Sentences of personal taste, on the theme or far from it. A negative weight pushes passages "
    "that touch the sentence down. Change a weight and look at What-if on the Matrix sheet.",
    (
        _user("ID", 7),
        _user("POV", 90, "wrapped", required=True),
        _user("Weight", 10, "weight"),
        _user("Use", 7, choices=YES_NO),
    ),
    key=("ID",),
)

SETTINGS = Table(
    "tblSettings",
    "Settings",
    "Settings",
    "Leave a value empty to use the usual one. Passwords and keys never belong in a workbook.",
    (
        Column("Setting", 22, required=True),
        _user("Value", 34, "any", required=True),
        Column("Meaning", 84, "wrapped"),
    ),
    key=("Setting",),
)

SOURCES = Table(
    "tblSources",
    "Sources",
    "Sources",
    "Every file of the documents folder and what became of it.",
    (
        Column("File", 44),
        Column("Type", 9),
        Column("Chunks", 9, "integer"),
        Column("Characters", 12, "integer"),
        Column("Indexed at", 21),
        Column("Status", 12),
        Column("Problem", 70, "wrapped"),
    ),
    key=("File",),
)

RANKED = Table(
    "tblRanked",
    "Ranked",
    "Ranked passages",
    "In SEXY order for each question. Move shows how far a passage rose (+) or fell against "
    "ordinary similarity ranking. Keep = no leaves a passage out of the next answers.",
    (
        Column("QID", 7),
        Column("Question", 30, "wrapped"),
        Column("Rank", 7, "integer"),
        Column("SexyScore", 11, "score", scale="sequential"),
        Column("Classic", 10, "score"),
        Column("QuerySim", 10, "similarity"),
        Column("QueryRank", 11, "integer"),
        Column("Move", 8, "integer"),
        Column("Top POVs", 34, "wrapped"),
        Column("Source", 36, "wrapped"),
        Column("Page", 7, "integer"),
        Column("Start", 8, "integer"),
        Column("Chunk", 90, "wrapped"),
        Column("ChunkID", 22),
        _user("Keep", 7, choices=YES_NO),
        _user("Note", 26, "wrapped"),
    ),
    key=("QID", "ChunkID"),
    frozen=3,
)

#: The fixed first columns of the matrix; one cosine and one contrast column per POV follow.
MATRIX = Table(
    "tblMatrix",
    "Matrix",
    "Passages by points of view",
    "What-if is the score at the weights that stand on the POV sheet right now: plain formulas, "
    "no worker needed. First the cosines, then the contrast values (z) of each point of view.",
    (
        Column("QID", 7),
        Column("Rank", 7, "integer"),
        Column("ChunkID", 22),
        Column("What-if", 10, "score"),
        Column("What-if rank", 13, "integer"),
    ),
    key=("QID", "ChunkID"),
    family=CONTRAST_SUFFIX,
    frozen=3,
)

ANSWERS = Table(
    "tblAnswers",
    "Answers",
    "Answers side by side",
    "no-rag: the model alone. rag: from the passages most similar to the question. sexy: from the "
    "passages that touch the points of view. An Answer that you change stays as you leave it, and "
    "later runs write theirs beside it, as Proposed; empty the Answer to have it written anew. "
    "Verdict and Note are yours. Citations: @ is the character at which a passage begins, "
    "(cited) says that the answer names it.",
    (
        Column("QID", 7),
        Column("Question", 30, "wrapped"),
        Column("Mode", 9),
        Column("Answer", 80, "wrapped"),
        Column("Citations", 42, "wrapped"),
        Column("Support", 34, "wrapped"),
        Column("Seconds", 10, "seconds"),
        *(Column(f"{stage} s", 10, "seconds") for stage in STAGES),
        Column("Prompt tokens", 9, "integer"),
        Column("Tokens", 9, "integer"),
        Column("Model", 24, "wrapped"),
        Column("Proposed", 50, "wrapped"),
        _user("Verdict", 12, choices=("good", "partly", "wrong")),
        _user("Note", 26, "wrapped"),
        Column("Written", 14, hidden=True),
    ),
    key=("QID", "Mode"),
    frozen=3,
)

QA = Table(
    "tblQA",
    "QA",
    "Questions and answers made from documents",
    "Filled by the Dataset command.",
    (
        Column("ID", 12),
        Column("Doc", 60, "wrapped"),
        Column("Question", 44, "wrapped"),
        Column("Answer", 60, "wrapped"),
        Column("Split", 9),
        Column("Kept", 7),
        Column("Reason", 34, "wrapped"),
    ),
    key=("ID",),
)

TUNING = Table(
    "tblTuning",
    "Tuning",
    "Base model against tuned model",
    "Filled by the Tune command.",
    (
        Column("Metric", 28),
        Column("Base", 11, "score"),
        Column("Tuned", 11, "score"),
        Column("Change", 11, "score"),
        Column("CI", 20),
    ),
    key=("Metric",),
)

REGRESSION = Table(
    "tblRegression",
    "Regression",
    "What the embedding's dimensions say about ratings",
    "Filled by the Regress command.",
    (
        Column("Rank", 7, "integer"),
        Column("Feature", 34),
        Column("Coefficient", 13, "score"),
        Column("Correlation", 13, "score"),
    ),
    key=("Feature",),
)

JOBS = Table(
    "tblJobs",
    "Jobs",
    "Jobs",
    "What runs, what ran, and what went wrong.",
    (
        Column("Job", 22),
        Column("What", 10),
        Column("State", 12),
        Column("Done", 8, "integer"),
        Column("Of", 8, "integer"),
        Column("ETA", 10),
        Column("Heartbeat", 12),
        Column("Message", 80, "wrapped"),
        Column("Submitted", 21),
        Column("Finished", 21),
    ),
    key=("Job",),
)

#: What the last results were made from; stands on the Start sheet.
LAST_RUN = Table(
    "tblLastRun",
    "Start",
    "Last run",
    "",
    (Column("Item", 26), Column("Value", 92, "wrapped")),
    key=("Item",),
)

HEATMAP_SHEET = "Heatmap"
HEATMAP_NOTE = (
    "One picture for each question: passages down, points of view across, in final order."
)

TABLES = (
    LAST_RUN, FBQ, POV, SETTINGS, SOURCES, RANKED, MATRIX, ANSWERS, QA, TUNING, REGRESSION, JOBS,
)  # fmt: skip

SHEETS = (
    "Start", "FBQ", "POV", "Settings", "Sources", "Ranked", "Matrix", HEATMAP_SHEET,
    "Answers", "QA", "Tuning", "Regression", "Jobs",
)  # fmt: skip
