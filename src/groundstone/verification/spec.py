"""What a verification application is: its questions, limits, rules, and what becomes of what people send."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from groundstone.documents import ranges
from groundstone.documents.base import Query
from groundstone.documents.rules.ruleset import Rules
from groundstone.errors import ConfigError, InvalidInput

Fate = Literal["keep", "redact", "drop"]
FATES: tuple[Fate, ...] = get_args(Fate)
MOST_QUERIES = 30  # beyond, nothing can be routed
FILE, SAMPLES = "verification.toml", "samples"
DAY = 86_400.0
MB = 2**20
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Limits:
    """What is answered while the caller waits ("sync"), and what is accepted at all. Bytes, pages, queries per page."""

    sync_queries: int = 15
    sync_pages: int = 1
    sync_bytes: int = 10 * MB
    queries: int = MOST_QUERIES
    pages: int = 3000
    bytes: int = 500 * MB


@dataclass(frozen=True, slots=True)
class Privacy:
    """What becomes of the pictures and of the answers once a document is decided."""

    images: Fate = "keep"
    answers: Fate = "keep"


@dataclass(frozen=True, slots=True)
class Spec:
    """A verification application.

    Args:
        queries: what is asked and written into the table.
        rules: the rule file.
        more: what is asked for the rules only.
        retention: seconds after which everything of a document is deleted; 0 keeps it.
        bucket: the bucket of the local tenant's documents: arrivals below ``uploads``, tables below ``output``.
        forgery: every document is checked for forgery too.
        classification: what the second column of the table says.
        samples: a folder of sample documents, if some ship with it.
    """

    name: str
    queries: tuple[Query, ...]
    rules: Path
    more: tuple[Query, ...] = ()
    limits: Limits = field(default_factory=Limits)
    privacy: Privacy = field(default_factory=Privacy)
    retention: float = 0.0
    bucket: str = ""
    uploads: str = "uploads"
    output: str = "csv-output"
    forgery: bool = False
    classification: str = ""
    samples: Path | None = None

    @property
    def all_queries(self) -> tuple[Query, ...]:
        return (*self.queries, *self.more)


def load(name: str, *folders: Path) -> Spec:
    """The application that ``verification.toml`` describes, in the first folder that holds one; likewise its rules.

    Raises ConfigError.
    """
    path = next(folder / FILE for folder in folders if (folder / FILE).is_file())
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        rules = str(table.pop("rules", "rules.toml"))
        found = next((folder / rules for folder in folders if (folder / rules).is_file()), path.parent / rules)
        samples = next((folder / SAMPLES for folder in folders if (folder / SAMPLES).is_dir()), None)
        return replace(_spec(name, table, found), samples=samples)
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise ConfigError(f"{path}: {error}") from None


def load_all(shipped: Path, own: Path) -> list[Spec]:
    """The applications that ship with Groundstone, and those of the home folder, which take the place of the former."""
    names = sorted({path.parent.name for home in (shipped, own) for path in home.glob(f"*/{FILE}")})
    return [load(name, own / name, shipped / name) for name in names]


def rules_of(spec: Spec) -> Rules:
    """The rules of an application. Raises ConfigError, also when they need what nobody asks."""
    rules = Rules.load(spec.rules)
    asked = {query.name for query in spec.all_queries}
    missing = [name for name in rules.queries if name not in asked]
    if missing:
        raise ConfigError(f"{spec.rules} needs {', '.join(missing)}; add queries of that alias to {FILE}")
    return rules


def _spec(name: str, table: dict[str, Any], rules: Path) -> Spec:
    _check(bool(_NAME.fullmatch(name)), f"{name!r} is no name: small letters, digits and hyphens")
    made = Spec(
        name=name,
        queries=tuple(query_of(one) for one in table.pop("queries", ())),
        more=tuple(query_of(one) for one in table.pop("more", ())),
        rules=rules,
        limits=_part(Limits, table.pop("limits", {})),
        privacy=_part(Privacy, table.pop("privacy", {})),
        retention=float(table.pop("retention_days", 0)) * DAY,
        bucket=str(table.pop("bucket", "")),
        uploads=_folder(table.pop("uploads", "uploads")),
        output=_folder(table.pop("output", "csv-output")),
        forgery=table.pop("forgery", False),
        classification=str(table.pop("classification", "")),
    )
    check_queries(made.all_queries)
    _check(not table, f"unknown {', '.join(sorted(table))}")
    _check(made.privacy.images in FATES and made.privacy.answers in FATES, f"privacy is one of {', '.join(FATES)}")
    _check(math.isfinite(made.retention) and made.retention >= 0, "retention_days is 0 (keep everything) or more")
    _check(not made.bucket or bool(_BUCKET.fullmatch(made.bucket)), f"{made.bucket!r} is no name of a bucket")
    _check(made.uploads != made.output, "uploads and output must be two folders")
    _check(isinstance(made.forgery, bool), "forgery is true or false")
    return made


def query_of(data: Any) -> Query:
    """A query from ``{"text", "alias", "pages"}``, or from its text. Raises ValueError."""
    if isinstance(data, str):
        data = {"text": data}
    if not isinstance(data, Mapping) or not set(data) <= {"text", "alias", "pages"}:
        raise ValueError('a query is its text, or {"text", "alias", "pages"}')
    text, alias, pages = data.get("text"), data.get("alias") or "", data.get("pages") or ["*"]
    if not isinstance(text, str) or not 0 < len(text.strip()) <= 200 or not isinstance(alias, str) or len(alias) > 200:
        raise ValueError("the text of a query has 1 to 200 characters, its alias at most 200")
    if not isinstance(pages, list) or not all(isinstance(page, str) for page in pages):
        raise ValueError('the pages of a query are a list of "3", "2-4", "4-*" or "*"')
    try:
        ranges.check(pages)
    except InvalidInput as error:
        raise ValueError(f"the pages of a query: {error}") from None
    return Query(text.strip(), alias, tuple(pages))


def check_queries(queries: tuple[Query, ...]) -> None:
    """Raises ValueError."""
    _check(bool(queries), "queries: at least one is needed")
    names = [query.name for query in queries]
    _check(len(set(names)) == len(names), "queries: two have the same alias or text")


def _part(kind: type[T], table: Any) -> T:
    known = {spec.name: spec for spec in fields(kind)}  # type: ignore[arg-type]
    _check(isinstance(table, Mapping) and set(table) <= set(known), f"{kind.__name__.lower()} has only {list(known)}")
    for name, value in table.items():
        wanted = str if kind is Privacy else int
        _check(isinstance(value, wanted) and value is not True, f"{name} = {value!r} is no {wanted.__name__}")
        _check(wanted is str or value >= 1, f"{name} must be at least 1")
    return kind(**table)


def _folder(name: Any) -> str:
    _check(isinstance(name, str) and bool(re.fullmatch(r"[\w][\w.-]*", name)), f"{name!r} is no name of a folder")
    return str(name)


def _check(holds: bool, otherwise: str) -> None:
    if not holds:
        raise ValueError(otherwise)
