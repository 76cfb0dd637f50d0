"""Results of jobs as the contents of tables and pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from worker.contract import (
    PointOfView,
    PovTouch,
    QuestionRanking,
    RunStamp,
    SourceReport,
    heatmap_blob,
)
from xl_addin.sheets import layout
from xl_addin.sheets.layout import CONTRAST_SUFFIX
from xl_addin.workbook.cells import shortened
from xl_addin.workbook.columns import Column
from xl_addin.workbook.port import AboveRow, Formula, Picture, TableContent, Writable

_ALT_TEXT_LENGTH = 200
_TEXT_ABOVE = 60  # characters of a point of view over its column

#: What a score mode looks like over one row of a table: {w} weights, {v} values of the row.
_PUSH = "-SUMPRODUCT(({w}<0)*-{w}*({v}>0)*{v})"
_WHAT_IF = {
    "classic": "=SQRT(SUMPRODUCT(({w}>0)*{w}*{v}^2))" + _PUSH,
    "contrast": "=SQRT(SUMPRODUCT(({w}>0)*{w}*({v}>0)*{v}^2))" + _PUSH,
    "pnorm": "=SUMPRODUCT(({w}>0)*{w}*({v}>0)*{v}^4)^0.25" + _PUSH,
    "max": "=SUMPRODUCT(MAX(SQRT(({w}>0)*{w})*({v}>0)*{v}))" + _PUSH,
    "mean": "=SUMPRODUCT({w}*{v})/MAX(SUMPRODUCT(ABS({w})),0.000001)",
}
_ON_COSINES = ("classic", "mean")

#: Name of the row of live weights above the matrix.
WEIGHTS_NAME = "MatrixWeights"


def sources_content(sources: Sequence[SourceReport]) -> TableContent:
    """Return what the Sources table is to hold."""
    rows: list[Mapping[str, Writable]] = [
        {
            "File": source.file,
            "Type": source.type,
            "Chunks": source.chunks,
            "Characters": source.characters,
            "Indexed at": source.indexed_at,
            "Status": source.status,
            "Problem": source.problem,
        }
        for source in sources
    ]
    return TableContent(layout.SOURCES, rows)


def ranked_content(rankings: Sequence[QuestionRanking]) -> TableContent:
    """Return what the Ranked table is to hold, question by question in final order."""
    rows: list[Mapping[str, Writable]] = [
        {
            "QID": ranking.qid,
            "Question": ranking.question,
            "Rank": row.rank,
            "SexyScore": row.sexy,
            "Classic": row.classic,
            "QuerySim": row.query_similarity,
            "QueryRank": row.query_rank,
            "Move": row.query_rank - row.rank,
            "Top POVs": top_povs_text(row.top_povs),
            "Source": row.source,
            "Page": row.page,
            "Start": row.start,
            "Chunk": row.text,
            "ChunkID": row.chunk_id,
        }
        for ranking in rankings
        for row in ranking.rows
    ]
    return TableContent(layout.RANKED, rows)


def top_povs_text(touches: Sequence[PovTouch]) -> str:
    """Return the strongest points of view with their share of the score, one a line."""
    return "\n".join(
        f"{touch.pov_id}  {touch.share:.0%}  z {touch.contrast:+.1f}" for touch in touches
    )


def matrix_content(
    rankings: Sequence[QuestionRanking], povs: Sequence[PointOfView], score: str
) -> TableContent:
    """Return what the Matrix table is to hold, with the live weights and texts above it."""
    ids = rankings[0].matrix.pov_ids if rankings else ()
    columns = (
        *layout.MATRIX.columns,
        *(Column(pov_id, 9, "similarity", scale="sequential") for pov_id in ids),
        *(Column(contrast_header(pov_id), 9, "score", scale="diverging") for pov_id in ids),
    )
    headers = list(ids) if score in _ON_COSINES else [contrast_header(pov_id) for pov_id in ids]
    texts = {
        header: shortened(pov.text, _TEXT_ABOVE)
        for pov in povs
        for header in (pov.pov_id, contrast_header(pov.pov_id))
    }
    used = {pov.pov_id: pov.weight for pov in povs}
    weights = {
        header: _weight_formula(header, used.get(pov_id, 1.0))
        for header, pov_id in zip(headers, ids, strict=True)
    }
    above = (AboveRow(texts), AboveRow(weights, name=WEIGHTS_NAME, label="Weight now"))
    formulas = _what_if(headers, score)
    rows = [{**formulas, **row} for ranking in rankings for row in _matrix_rows(ranking)]
    return TableContent(layout.MATRIX, rows, columns, above)


def heatmap_pictures(
    rankings: Sequence[QuestionRanking], blobs: Mapping[str, bytes]
) -> list[Picture]:
    """Return the heatmap of each question that has one."""
    return [
        Picture(
            name=f"bonsai heatmap {ranking.qid}",
            png=blobs[heatmap_blob(ranking.qid)],
            alt_text=_alt_text(ranking),
            caption=f"{ranking.qid}  {ranking.question}",
        )
        for ranking in rankings
        if heatmap_blob(ranking.qid) in blobs
    ]


def last_run_content(
    run: RunStamp, what: str, seconds: float, remarks: Sequence[str] = ()
) -> TableContent:
    """Return the stamp of the last run, as it stands on the Start sheet."""
    items = {
        "What": what,
        "Time (UTC)": run.time,
        "Seconds": f"{seconds:.1f}",
        "Run": run.run_id,
        "BONSAI version": run.code_version,
        "Collection": run.collection,
        "Index version": run.index_version,
        "Embedder": run.embedder,
        "Language model": run.llm,
        "Questions (hash)": run.questions_hash,
        "Points of view (hash)": run.povs_hash,
        "Settings (hash)": run.settings_hash,
        "Remarks": "\n".join(remarks),
    }
    rows = [{"Item": item, "Value": value} for item, value in items.items() if value]
    return TableContent(layout.LAST_RUN, rows)


def contrast_header(pov_id: str) -> str:
    """Return the header of a point of view's contrast column."""
    return pov_id + CONTRAST_SUFFIX


def _matrix_rows(ranking: QuestionRanking) -> list[Mapping[str, Writable]]:
    matrix = ranking.matrix
    contrast_headers = [contrast_header(pov_id) for pov_id in matrix.pov_ids]
    return [
        {
            "QID": ranking.qid,
            "Rank": rank,
            "ChunkID": chunk_id,
            **dict(zip(matrix.pov_ids, cosine, strict=True)),
            **dict(zip(contrast_headers, contrast, strict=True)),
        }
        for rank, (chunk_id, cosine, contrast) in enumerate(
            zip(matrix.chunk_ids, matrix.cosine, matrix.contrast, strict=True), start=1
        )
    ]


def _what_if(headers: Sequence[str], score: str) -> dict[str, Writable]:
    if not headers:
        return {}
    values = f"tblMatrix[[#This Row],[{_escaped(headers[0])}]:[{_escaped(headers[-1])}]]"
    same = "tblMatrix[QID]=tblMatrix[[#This Row],[QID]]"
    better = "tblMatrix[What-if]>tblMatrix[[#This Row],[What-if]]"
    return {
        "What-if": Formula(_WHAT_IF[score].format(w=WEIGHTS_NAME, v=values)),
        # COUNTIFS would compare with 15 digits of the number, and so with less than itself.
        "What-if rank": Formula(f"=SUMPRODUCT(({same})*({better}))+1"),
    }


def _weight_formula(header: str, used: float) -> Formula:
    """Read the weight that stands on the POV sheet now; an empty one is 1, as in a run.

    Where the ID does not stand there, because the user left it empty, it is the weight `used` in
    the run. The ID is taken from the header, so that no text of the user's stands in a formula.
    """
    own_id = f"tblMatrix[[#Headers],[{_escaped(header)}]]"
    if header.endswith(CONTRAST_SUFFIX):
        own_id = f"LEFT({own_id},LEN({own_id})-{len(CONTRAST_SUFFIX)})"
    return Formula(
        f"=SUMIFS(tblPOV[Weight],tblPOV[ID],{own_id})"
        f'+COUNTIFS(tblPOV[ID],{own_id},tblPOV[Weight],"")'
        f"+IF(COUNTIFS(tblPOV[ID],{own_id})=0,{used!r},0)"
    )


def _escaped(header: str) -> str:
    """Escape what has a meaning inside a structured reference."""
    return "".join(f"'{mark}" if mark in "[]#'" else mark for mark in header)


def _alt_text(ranking: QuestionRanking) -> str:
    return shortened(
        f"Heatmap of {len(ranking.rows)} passages by {len(ranking.matrix.pov_ids)} points of "
        f"view for question {ranking.qid}: {ranking.question}",
        _ALT_TEXT_LENGTH,
    )
