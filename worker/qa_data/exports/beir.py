"""The folder that BEIR's loaders and evaluators of retrieval read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from worker.qa_data.exports.json_lines import write_json_lines
from worker.qa_data.pair import Pair, Passage
from worker.small_files import replace_output


def write_beir(folder: Path, pairs: Sequence[Pair], corpus: Sequence[Passage]) -> None:
    """Write corpus.jsonl, queries.jsonl and qrels/test.tsv.

    :param corpus: every passage that is searched, with those of the pairs.
    :raises OSError: if a file cannot be written.
    """
    write_json_lines(
        folder / "corpus.jsonl",
        ({"_id": each.chunk_id, "title": "", "text": each.text} for each in corpus),
    )
    write_json_lines(
        folder / "queries.jsonl", ({"_id": pair.pair_id, "text": pair.question} for pair in pairs)
    )
    lines = ["query-id\tcorpus-id\tscore"]
    lines += [f"{pair.pair_id}\t{pair.passage.chunk_id}\t1" for pair in pairs]
    (folder / "qrels").mkdir(parents=True, exist_ok=True)
    replace_output(folder / "qrels" / "test.tsv", ("\n".join(lines) + "\n").encode())
