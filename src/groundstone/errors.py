"""Every error that Groundstone raises on purpose. Each message says what happened and what to do.

GroundstoneError
├── InvalidInput             the caller sent something that cannot be used
│   ├── InvalidFilter        a filter or sort names an unknown field, or a value of the wrong type
│   ├── InvalidQuestion      the question is empty or too long
│   ├── UnreadableDocument   a file cannot be parsed
│   │   └── UnsupportedDocument  its format is not read here, or it is locked by a password
│   ├── WrongModel           this model cannot do what is asked of it
│   └── ContextTooLong       prompt and reply do not fit into the model's context
├── Unauthenticated          who asks did not show valid credentials
├── NotFound                 no such thing, or not for this principal (the two look alike on purpose)
├── Conflict                 the thing exists already, or is in another state than the call needs
│   └── Busy                 another process is writing; try again later
├── NotSupported             a clear no: this operation does not exist here
│   └── MissingExtra         it exists when an optional dependency is installed
├── Forbidden                the principal may not do this
├── LimitExceeded            a stated limit on size, time or count was reached
│   ├── DocumentTooLarge     more bytes, pages or pixels than are read
│   ├── RateLimited          too many requests in a short time; says when to try again
│   └── BudgetExceeded       the key has spent what it may
├── ConfigError              a setting or app.toml is wrong
├── SourceError              a data source cannot be reached or listed
├── StoreError               the store failed or its files are damaged
└── ModelError               a model failed
    ├── WeightsMissing       the weights are not on this machine yet
    ├── WeightsCorrupt       a file's SHA-256 differs from the manifest
    └── EngineUnavailable    an engine cannot be reached or answered nonsense
        └── EngineTimeout    it did not answer in time
"""

from __future__ import annotations


class GroundstoneError(Exception):
    """Base of all errors here. ``code`` is a stable slug for APIs; ``str(error)`` is meant for people."""

    code = "error"


class InvalidInput(GroundstoneError):
    code = "invalid_input"


class InvalidFilter(InvalidInput):
    code = "invalid_filter"


class InvalidQuestion(InvalidInput):
    code = "invalid_question"


class UnreadableDocument(InvalidInput):
    code = "unreadable_document"


class UnsupportedDocument(UnreadableDocument):
    code = "unsupported_document"


class WrongModel(InvalidInput):
    code = "wrong_model"


class ContextTooLong(InvalidInput):
    code = "context_too_long"


class Unauthenticated(GroundstoneError):
    """``reason``: "missing", "unknown", "disabled", "secret", "incomplete", "signature", "expired" or "unsupported"."""

    code = "unauthenticated"

    def __init__(self, message: str, reason: str = "missing") -> None:
        super().__init__(message)
        self.reason = reason


class NotFound(GroundstoneError):
    code = "not_found"


class Conflict(GroundstoneError):
    code = "conflict"


class Busy(Conflict):
    code = "busy"


class NotSupported(GroundstoneError):
    code = "not_supported"


class MissingExtra(NotSupported):
    """An optional dependency is absent.

    >>> str(MissingExtra("LanceDB", "lance"))
    "LanceDB is not installed; run: pip install 'groundstone[lance]'"
    """

    code = "missing_extra"

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} is not installed; run: pip install 'groundstone[{extra}]'")


class Forbidden(GroundstoneError):
    code = "forbidden"


class LimitExceeded(GroundstoneError):
    code = "limit_exceeded"


class DocumentTooLarge(LimitExceeded):
    code = "document_too_large"


class RateLimited(LimitExceeded):
    """``retry_after``: seconds until another try can succeed."""

    code = "rate_limited"

    def __init__(self, message: str, retry_after: float = 1.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class BudgetExceeded(LimitExceeded):
    code = "budget_exceeded"


class ConfigError(GroundstoneError):
    code = "config_error"


class SourceError(GroundstoneError):
    code = "source_error"


class StoreError(GroundstoneError):
    code = "store_error"


class ModelError(GroundstoneError):
    code = "model_error"


class WeightsMissing(ModelError):
    code = "weights_missing"


class WeightsCorrupt(ModelError):
    code = "weights_corrupt"


class EngineUnavailable(ModelError):
    code = "engine_unavailable"


class EngineTimeout(EngineUnavailable):
    code = "engine_timeout"
