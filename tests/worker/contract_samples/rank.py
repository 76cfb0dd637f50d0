"""The rank job as it travels."""

from __future__ import annotations

from tests.worker.contract_samples.shared import PROBLEM, RUN, STATISTICS
from worker.contract import (
    PictureWords,
    PointOfView,
    PovMatrix,
    PovTouch,
    Question,
    QuestionRanking,
    RankedChunk,
    RankRequest,
    RankResult,
    Translation,
    text_key,
)

CHUNK = RankedChunk(
    chunk_id="c1",
    rank=1,
    sexy=1.5,
    classic=0.1 + 0.2,  # a number that shows lost digits
    query_similarity=-0.25,
    query_rank=3,
    relevance=0.125,
    top_povs=(PovTouch(pov_id="P1", cosine=0.5, contrast=-1.0, share=0.75),),
    source="a.txt",
    page=None,
    start=120,
    text='Rain: "雨"\n= 1 + 1 🌧',
)

RANKING = QuestionRanking(
    qid="1",
    question="Who gains?",
    rows=(CHUNK,),
    matrix=PovMatrix(
        chunk_ids=("c1",),
        pov_ids=("P1", "P2"),
        cosine=((0.5, 0.25),),
        contrast=((-1.0, 2.0),),
        statistics=STATISTICS,
    ),
)

RANK = RankRequest(
    run_id="run-1",
    collection="sample",
    embedder="onnx:minilm",
    store="/store",
    questions=(
        Question(qid="1", text="Who gains?", place="FBQ!B2", excluded_chunk_ids=("c9",)),
        Question(qid="2", text="Why?"),
    ),
    povs=(
        PointOfView(pov_id="P1", text="Colonial memory", weight=-0.5, place="POV!B2"),
        PointOfView(pov_id="P2", text="Rain smells"),
    ),
    score="pnorm",
    top_k=5,
    sexy_share=0.5,
    picture_words=PictureWords(question="RAG の文書 × 視点"),
)
TRANSLATING = RANK.model_copy(update={"translate_to": "Japanese", "translator": "gguf:smollm2"})

TRANSLATION = Translation(
    of=text_key("Who gains?"),
    text="得をするのは誰か。",
    missing=("[1]",),
    added=("7",),
    flaws=("cut",),
)
UNTRANSLATED = Translation(of=text_key("Why?"), text="", problem=PROBLEM)

RANK_RESULT = RankResult(
    run=RUN,
    questions=(RANKING,),
    translations=(TRANSLATION, UNTRANSLATED),
    problems=(PROBLEM,),
    seconds=0.5,
)

SAMPLES = {"rank": (TRANSLATING, RANK_RESULT)}
ROWS = [RANKING, TRANSLATION, UNTRANSLATED]
