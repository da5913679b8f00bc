"""What a training job shall do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Wish = Literal["auto", "head", "few-shot"]
METHODS: tuple[Wish, ...] = ("auto", "head", "few-shot")
HANDED_OVER = ""  # in place of an address: the examples came with the order


@dataclass(frozen=True, slots=True)
class Order:
    """An order for a custom model.

    Args:
        model: the name that it gets.
        method: "auto" tries few-shot too when ``chat`` names a chat model, and keeps the better one.
        examples: address of a JSONL file, ``s3://bucket/key``; HANDED_OVER when it came with the order.
        tests: addresses of files to test on; without any, one in five examples is held out.
        output: below which address the report is written; nowhere when empty.
        replace: whether a model of this name may be replaced.
        request: what the API that took the order has to show of it again.
    """

    model: str
    method: Wish = "auto"
    chat: str = ""
    examples: str = HANDED_OVER
    tests: tuple[str, ...] = ()
    output: str = ""
    replace: bool = False
    request: Mapping[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Order:
        return cls(**{**data, "tests": tuple(data["tests"])})
