"""Settings of answers: modes, passages in a prompt, the language model and its words."""

from __future__ import annotations

from worker.contract import AnswerRequest
from xl_addin.sheets.setting_values import MODE_LIST, MODEL, TEXT, YES_OR_NO, number, whole
from xl_addin.sheets.settings.setting import Setting, field_setting

MODES = field_setting(
    AnswerRequest,
    "modes",
    "Answer modes",
    MODE_LIST,
    "Any of no-rag, rag, sexy, separated by commas.",
    flag="--modes",
)

CONTEXTS = field_setting(
    AnswerRequest,
    "contexts",
    "Contexts",
    whole(1, 20),
    "How many passages go into a prompt (1 to 3 is usual).",
    flag="--contexts",
)

ONE_PER_POV = field_setting(
    AnswerRequest,
    "one_per_pov",
    "Contexts per POV",
    YES_OR_NO,
    "yes: no point of view gets a second passage before the others had one.",
)

PROMPT = field_setting(
    AnswerRequest,
    "prompt",
    "Prompt",
    TEXT,
    "Empty: the model's own chat layout. alpaca: the original's, for models tuned on it. Or a text "
    "of your own with {question} and {context}.",
    flag="--prompt",
)

MAX_TOKENS = field_setting(
    AnswerRequest, "max_tokens", "Answer tokens", whole(1, 100_000), "Longest answer, in tokens."
)

GATE = field_setting(
    AnswerRequest,
    "gate",
    "Evidence gate",
    YES_OR_NO,
    'yes: where no passage seems to hold the answer, it is "I dont know", and Support says why. '
    "no: the model is always asked.",
)

TEMPERATURE = field_setting(
    AnswerRequest,
    "temperature",
    "Temperature",
    number(2),
    "0: the likeliest words each time. Up to 2: more varied, and less reliable.",
)

SEED = field_setting(
    AnswerRequest,
    "seed",
    "Seed",
    whole(0, 2**31 - 1),
    "Where chance begins, if the temperature is above 0; a whole number.",
)

REPEATABLE = field_setting(
    AnswerRequest,
    "repeatable",
    "Repeatable",
    YES_OR_NO,
    "yes: the same run gives the same text, letter by letter; slower.",
)

LLM = Setting(
    "Language model",
    "gguf:, hf: or unsloth: with a name or path, or openai:URL#MODEL; keys belong in the machine's "
    "settings, never here. Empty: the usual one.",
    MODEL,
    flag="--llm",
)
