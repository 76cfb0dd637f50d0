"""The evidence gate: a model is asked only if what was retrieved holds the answer.

`question_parts` takes a question apart, `answer_type` says what sort of thing a part asks for,
`judge` says how well passages hold all of it, and `scale` how well they must.
"""
