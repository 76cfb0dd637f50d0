"""Documents split by file into those for training and those for validation.

The split comes before all else: passages of one file share words, names and sentences, so a model
that is trained on some of them has seen the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import PurePosixPath

from worker.errors import InputError, SettingError
from worker.qa_data.drawing import drawn_order
from worker.qa_data.pair import Split


def split_by_share(doc_ids: Iterable[str], share: float, seed: int) -> dict[str, Split]:
    """Return the part each document is in, drawn by seed; each part gets one at least.

    :param share: of the documents, how many are for validation; above 0 and below 1.
    :raises SettingError: for another share.
    :raises InputError: if there are fewer than two documents.
    """
    if not 0 < share < 1:
        raise SettingError(
            f"A share of {share:g} of the documents cannot be set aside for validation.",
            "Both parts need documents, so it lies between 0 and 1.",
            "Give a share such as 0.2.",
        )
    drawn = drawn_order(doc_ids, seed)
    _check_two(drawn)
    count = min(max(round(len(drawn) * share), 1), len(drawn) - 1)
    return _parts(drawn, set(drawn[:count]))


def split_by_folder(doc_ids: Iterable[str], folders: Sequence[str]) -> dict[str, Split]:
    """Return the part each document is in: those in one of the folders are for validation.

    :param folders: paths in the folder of documents, as doc ids begin with them; a file's own path
        will do.
    :raises InputError: if there are fewer than two documents, or one of the parts has none.
    """
    documents = sorted(set(doc_ids))
    _check_two(documents)
    chosen = {_path(folder) for folder in folders}
    inside = {doc for doc in documents if chosen & {_path(doc), *_path(doc).parents}}
    if not inside or len(inside) == len(documents):
        raise InputError(
            f"The documents cannot be split by these folders: {', '.join(folders)}.",
            f"{len(inside)} of {len(documents)} documents lie in them, and each part needs one.",
            "Name folders, or files, that hold some of the documents but not all.",
        )
    return _parts(documents, inside)


def _path(name: str) -> PurePosixPath:
    return PurePosixPath(name.replace("\\", "/"))


def _check_two(documents: Collection[str]) -> None:
    if len(documents) < 2:
        raise InputError(
            "The documents cannot be split into training and validation.",
            f"That is done by file, and there is {'only one' if documents else 'none'}: parts of "
            "one file share words and sentences, so that validation would measure memory.",
            "Give two documents or more; a long one can be cut into files by chapters. Or make a "
            "set for training alone: 'QA validation share' 0.",
        )


def _parts(documents: Iterable[str], validation: Collection[str]) -> dict[str, Split]:
    return {doc: "validation" if doc in validation else "train" for doc in sorted(documents)}
