"""The regress job and its part as they travel."""

from __future__ import annotations

from base64 import b64encode

from tests.worker.contract_samples.shared import PROBLEM, RUN
from worker.contract import (
    EmbedRequest,
    EmbedResult,
    FeatureWeight,
    ItemPrediction,
    PointOfView,
    RegressionVerdict,
    RegressRequest,
    RegressResult,
    TablePlace,
    ViewProjection,
)

VERDICT = RegressionVerdict(
    mode="honest",
    words=("The texts explain 12.3% of …",),
    ratings=1500,
    users=40,
    items=60,
    penalty=1.5,
    train_r_squared=0.25,
    test_r_squared=0.1 + 0.2,
    ceiling=0.5,
    p=0.005,
    chance_low=-0.125,
    chance_high=0.0625,
)
FEATURE = FeatureWeight(
    rank=1,
    feature="overview_embedding_192",
    coefficient=-0.5,
    correlation=0.0971,
    low=-1,
    high=-0.1,
)
VIEW = ViewProjection(
    rank=1, pov_id="P1", text="Rain smells", cosine=0.25, chance_low=-0.1, chance_high=0.1, p=0.005
)
ITEM = ItemPrediction(end="highest", rank=1, item="港に雨が降る", predicted=0.75)

REGRESSION = RegressRequest(
    run_id="run-1",
    embedder="onnx:minilm",
    ratings=TablePlace(file="/tables/ratings.csv"),
    users=TablePlace(file="/tables/book.xlsx", sheet="Users"),
    items=TablePlace(file="/tables/映画.csv"),
    povs=(PointOfView(pov_id="P1", text="Rain smells"),),
    target="stars",
    user_column="userId",
    texts=("overview",),
    resamples=999,
)
REGRESSION_RESULT = RegressResult(
    run=RUN,
    verdict=VERDICT,
    features=(FEATURE,),
    views=(VIEW,),
    items=(ITEM,),
    problems=(PROBLEM,),
    seconds=0.5,
)

EMBEDDING = EmbedRequest(
    run_id="run-1", embedder="onnx:minilm", texts=("雨", "Rain"), views=("Rain smells",)
)
EMBED_RESULT = EmbedResult(
    embedder="onnx:minilm@1",
    dim=2,
    vectors=b64encode(bytes(16)),
    view_vectors=b64encode(bytes(8)),
    cut=1,
)

SAMPLES = {"regress": (REGRESSION, REGRESSION_RESULT), "embed": (EMBEDDING, EMBED_RESULT)}
ROWS = [VERDICT, FEATURE, VIEW, ITEM]
