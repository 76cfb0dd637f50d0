import csv
import json
from pathlib import Path

from tests.worker.qa_data.exports.samples import PAIRS, PASSAGES
from worker.qa_data.exports.beir import write_beir


def lines(path: Path) -> dict[str, str]:
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {row["_id"]: row["text"] for row in rows}


def test_the_folder_is_read_as_the_loader_of_beir_does(tmp_path: Path):
    """As its GenericDataLoader: JSON lines by `_id`; judgements by tab after one line of names."""
    write_beir(tmp_path / "set", PAIRS, PASSAGES)
    corpus, queries = lines(tmp_path / "set/corpus.jsonl"), lines(tmp_path / "set/queries.jsonl")
    with (tmp_path / "set/qrels/test.tsv").open(encoding="utf-8", newline="") as stream:
        names, *judgements = csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_MINIMAL)
    assert names == ["query-id", "corpus-id", "score"]
    assert corpus == {each.chunk_id: each.text for each in PASSAGES}
    assert [(queries[query], corpus[doc], score) for query, doc, score in judgements] == [
        (each.question, each.passage.text, "1") for each in PAIRS
    ]
