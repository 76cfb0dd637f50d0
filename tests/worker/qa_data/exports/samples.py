"""Pairs with all that files may break: quotation marks, line ends, emoji, Japanese, formulas."""

from __future__ import annotations

from tests.worker.qa_data.samples import pair, passage

PASSAGES = [
    passage('He said "no",\nand left;\tthen came back.', "c1", "a.txt"),
    passage("霧谷の石橋は一八五四年に架けた。🌉", "c2", "b.ja.txt"),
    passage("=1+1 is no sum here, https://example.org no link, NA no gap.", "c3", "c.txt"),
    passage("Nobody asks about bells.", "c4", "d.txt"),
]
PAIRS = [
    pair('What did he say when he left? "No"?', "He said “no”.", of=PASSAGES[0]),
    pair("霧谷の石橋はいつ架けましたか？", "一八五四年です。🌉", of=PASSAGES[1]),
    pair("=SUM(1,1) is what?", "NA", of=PASSAGES[2]),
]
TEXTS = [(each.pair_id, each.passage.text, each.question, each.answer) for each in PAIRS]
