"""Words of English text in a form that they share with their other forms."""

from __future__ import annotations

import re

_WORD = re.compile(r"[^\W\d_]+")
_LENGTH = 4  # letters that forms of a word have in common
#: Words that say nothing of a thing: those of the question, and verbs that only help.
_SMALL = """
    about also been does from have into many more most much name named over than that their them
    then there these they this those under were what when where which while whom whose will with
    would year month
"""
#: A verb, and its past if that begins otherwise.
_IRREGULAR = """
    arise arose, begin began begun, break broke, bring brought, build built, buy bought, catch
    caught, choose chose, come came, draw drew, drink drank, drive drove, eat ate, fall fell,
    fight fought, find found, flee fled, fly flew, forget forgot, freeze froze, give gave given,
    grow grew, hide hid, hold held, keep kept, know knew, lay laid, lead led, leave left, lend lent,
    lose lost, make made, mean meant, meet met, pay paid, ride rode, rise rose, run ran, say said,
    see saw, seek sought, sell sold, send sent, shoot shot, sing sang, sink sank, sit sat, speak
    spoke, spend spent, stand stood, steal stole, strike struck, swear swore, swim swam, take took,
    teach taught, tell told, think thought, throw threw, wear wore, win won, write wrote
"""
_SAYS_NOTHING = frozenset(_SMALL.split())
_FORMS = {form: forms.split()[0] for forms in _IRREGULAR.split(",") for form in forms.split()}


def word_stems(text: str) -> dict[str, str]:
    """Return the words of a text that say something, by a beginning that their forms share.

    Verbs that change in the past stand under their first form.
    """
    stems = {}
    for word in _WORD.findall(text.casefold()):
        form = _FORMS.get(word, word)
        if (len(form) >= _LENGTH or word in _FORMS) and word not in _SAYS_NOTHING:
            stems[form[:_LENGTH]] = word
    return stems
