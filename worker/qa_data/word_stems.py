"""Words of a text in a form that they share with their other forms; verbs are known in English."""

from __future__ import annotations

import re

#: Words with spaces between them, as Japanese has none.
_WORD = re.compile(r"[^\W\d_぀-ヿ㐀-鿿々]+")
_LENGTH = 4  # letters that forms of a word have in common
#: Words that say nothing of a thing: those of the question, and verbs that only help.
_SMALL = """
    about after again also because been before between does during from have into many more most
    much name named only other over same since such than that their them then there these they this
    those through under until were what when where which while whom whose will with would year
    month
"""
#: A verb, and its past if that begins otherwise.
_IRREGULAR = """
    arise arose, begin began begun, break broke broken, bring brought, build built, buy bought,
    catch caught, choose chose chosen, come came, draw drew, drink drank drunk, drive drove,
    eat ate, fall fell, fight fought, flee fled, fly flew flown, forget forgot, freeze froze frozen,
    give gave given, grow grew, hide hid hidden, hold held, keep kept, know knew, lay laid,
    lead led, leave left, lend lent, lose lost, make made, mean meant, meet met, pay paid,
    ride rode, rise rose, run ran, say said, see saw, seek sought, sell sold, send sent,
    shoot shot, sing sang sung, sink sank sunk, sit sat, speak spoke spoken, spend spent,
    stand stood, steal stole stolen, strike struck, swear swore sworn, swim swam swum, take took,
    teach taught, tell told, think thought, throw threw, wear wore worn, win won, write wrote
"""
_SAYS_NOTHING = frozenset(_SMALL.split())
_FORMS = {form: forms.split()[0] for forms in _IRREGULAR.split(",") for form in forms.split()}


def word_stems(text: str) -> dict[str, str]:
    """Return the words of a text that say something, by a beginning that their forms share.

    Verbs that change in the past stand under their first form.
    """
    stems = {}
    for word in _WORD.findall(text.casefold().replace("per cent", "percent")):
        form = _FORMS.get(word, word)
        if (len(form) >= _LENGTH or word in _FORMS) and word not in _SAYS_NOTHING:
            stems[form[:_LENGTH]] = word
    return stems


def words_beyond(text: str, *known: str) -> list[str]:
    """Return the words of a text, in its order, that none of the known texts has in any form."""
    told = word_stems("\n".join(known))
    return [word for stem, word in word_stems(text).items() if stem not in told]
