"""Errors: every one that a person may see, as one tree.

Here are their classes. What is said of a document that is not read stands in
`worker.documents.refusals`; what a command does with an error that nobody caught, in
`xl_addin.commands.failures`.

    BonsaiError
    ├── InputError              what the user gave cannot be used          exit 2
    │   ├── WorkbookError       a workbook, sheet, table, column or cell
    │   ├── DocumentError       a file to be indexed
    │   ├── SettingError        a setting, option or environment variable
    │   ├── CollectionError     an index that is absent, empty or of another model
    │   └── ProtocolError       a request or result of another version
    ├── UnavailableError        a package, model, store or service is not there   exit 3
    ├── CancelledError          the user asked to stop                     exit 130
    └── InternalError           our own mistake                            exit 3

A message has three parts (what happened, why, what to do next); `code` is stable for programs;
`retryable` says whether the same request may succeed later without a change.
"""

from __future__ import annotations

from typing import ClassVar

from worker.addresses import masked


class BonsaiError(Exception):
    """Root of the tree. Whatever is put into its words, they show no secret of an address.

    :param what: what happened, naming the sheet, row or file.
    :param why: the cause, as far as it is known.
    :param next_step: what the user can do now.
    """

    code: ClassVar[str] = "error"
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 2

    def __init__(self, what: str, why: str, next_step: str) -> None:
        self.what = masked(what)
        self.why = masked(why)
        self.next_step = masked(next_step)
        super().__init__(self.what)

    def __str__(self) -> str:
        """Return the three parts as one line."""
        return " ".join(part for part in (self.what, self.why, self.next_step) if part)

    def __reduce__(self) -> tuple[type[BonsaiError], tuple[str, str, str]]:
        """Keep all three parts through a copy."""
        return type(self), (self.what, self.why, self.next_step)


class InputError(BonsaiError):
    """Something the user gave cannot be used as it is."""

    code = "input"


class WorkbookError(InputError):
    """A workbook, sheet, table, column or cell cannot be read or written."""

    code = "workbook"


class WorkbookLockedError(WorkbookError):
    """The workbook is open elsewhere or may not be written."""

    code = "workbook_locked"
    retryable = True


class NotLandedError(WorkbookError):
    """The results of a run could not be written into the workbook; they are kept."""

    code = "not_landed"


class TableMissingError(WorkbookError):
    """No table or plain sheet with the needed headers was found."""

    code = "table_missing"


class ColumnError(WorkbookError):
    """A needed column is missing, or stands there twice."""

    code = "column"


class CellError(WorkbookError):
    """One cell holds something that cannot be used; the other rows go on."""

    code = "cell"


class DocumentError(InputError):
    """A document, or the folder of documents, cannot be read."""

    code = "document"


class SettingError(InputError):
    """A setting, option or environment variable has a value that cannot be used."""

    code = "setting"


class CollectionError(InputError):
    """The index asked for is absent, empty, or was made with another model."""

    code = "collection"


class ProtocolError(InputError):
    """A request, event or result that this version of BONSAI does not know, or not yet."""

    code = "protocol"


class PromptTooLongError(InputError):
    """A question, with its contexts, is longer than the model can read."""

    code = "prompt_too_long"


class UnavailableError(BonsaiError):
    """A package, model or service that is needed is not there."""

    code = "unavailable"
    retryable = True
    exit_code = 3


class PackageMissingError(UnavailableError):
    """An optional package is not installed."""

    code = "package_missing"
    retryable = False


class WeightsMissingError(UnavailableError):
    """The weights of a model are not on this machine, or not the expected ones."""

    code = "weights_missing"
    retryable = False


class StoreError(UnavailableError):
    """The vector store, or another file of BONSAI, cannot be opened, read or written."""

    code = "store"


class DamagedFileError(StoreError):
    """A file of BONSAI's own is damaged; it was set aside, so that a new one can be made."""

    code = "damaged_file"


class EngineError(UnavailableError):
    """An embedding or language model failed while it worked."""

    code = "engine"


class EngineLostError(EngineError):
    """The process or server of a language model is gone, with all that it worked on."""

    code = "engine_lost"


class EngineRefusedError(UnavailableError):
    """The server of a language model refuses the key or the user's rights."""

    code = "engine_refused"
    retryable = False


class BrokerError(UnavailableError):
    """The Redis server does not answer, or has no room."""

    code = "broker"


class BrokerRefusedError(UnavailableError):
    """The Redis server refuses the password, the user's rights or the connection."""

    code = "broker_refused"
    retryable = False


class CancelledError(BonsaiError):
    """The user asked to stop; finished rows are kept."""

    code = "cancelled"
    exit_code = 130


class InternalError(BonsaiError):
    """Our own mistake: the details are in the log."""

    code = "internal"
    exit_code = 3


def run_stopped(why: str) -> CancelledError:
    """Return the error of a run that was stopped."""
    return CancelledError("The run was stopped.", why, "Finished rows are kept.")


def package_missing(package: str, extra: str) -> PackageMissingError:
    """Return the error that names the pip line for an optional package."""
    return PackageMissingError(
        f"The package {package} is not installed.",
        f"It belongs to the optional part '{extra}'.",
        f"Run: pip install 'bonsai-xl[{extra}]'",
    )


def error_class(code: str) -> type[BonsaiError]:
    """Return the class that carries `code`; the root for a code not known here."""
    stack = [BonsaiError]
    while stack:
        candidate = stack.pop()
        if candidate.code == code:
            return candidate
        stack.extend(candidate.__subclasses__())
    return BonsaiError
