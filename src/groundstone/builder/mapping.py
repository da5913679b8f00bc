"""A mapping between two JSON Schemas: which value of the one becomes which of the other, how, and how sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, get_args

from groundstone.builder.transforms import Transform
from groundstone.errors import InvalidInput

NAME = "groundstone-rules"
MAX_LINKS = 1000
DEEPEST = 16
_OPTIONS: Mapping[str, Mapping[str, Any]] = {
    "join": {"separator": str}, "part": {"index": (int, str), "separator": str}, "values": {"map": dict},
    "constant": {"value": (str, int, float, bool)},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Link:
    """How one value of the target is made. A path such as "lines[].price" means each element of ``lines``.

    ``options`` of "join": separator; of "part": index (a number, or "rest") and separator; of "values": the map; of
    "constant": the value, which is used where the source has none. ``made_by`` is the rules or a model's name.
    """

    target: str
    sources: tuple[str, ...]
    transform: Transform = "copy"
    options: Mapping[str, Any] = field(default_factory=dict)
    confidence: float = 1.0
    reason: str = ""
    made_by: str = NAME


@dataclass(frozen=True, slots=True)
class Mapped:
    """``missing`` are leaves of the target that nothing fits, ``unused`` leaves of the source that go nowhere.

    ``notes`` say what the trial run on sample data found.
    """

    links: tuple[Link, ...]
    missing: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Mapped:
        """Inverse of ``to_json``; of each link only target, sources, transform and options are needed.

        Raises InvalidInput that names the place.
        """
        items = data.get("links") if isinstance(data, dict) else None
        if not isinstance(items, list) or len(items) > MAX_LINKS:
            raise InvalidInput(f'a mapping is an object with a list "links" of at most {MAX_LINKS}')
        return cls(tuple(_link(item, f"links[{number}]") for number, item in enumerate(items)))


def _link(item: Any, where: str) -> Link:
    if not isinstance(item, dict) or not isinstance(item.get("target"), str) or not item["target"].strip("[]."):
        raise InvalidInput(f"{where} needs a target, the path of a value")
    if item["target"].count(".") + item["target"].count("[]") > DEEPEST:
        raise InvalidInput(f"{where}.target is more than {DEEPEST} steps deep")
    step = next((one for one in get_args(Transform) if one == item.get("transform", "copy")), None)
    if step is None:
        raise InvalidInput(f"{where}.transform is one of {', '.join(get_args(Transform))}")
    sources = item.get("sources", [])
    paths = isinstance(sources, list | tuple) and all(isinstance(path, str) and path for path in sources)
    if not paths or (not sources and step != "constant"):
        raise InvalidInput(f"{where}.sources is a list of paths")
    return Link(item["target"], tuple(sources), step, _options(item.get("options", {}), step, where))


def _options(options: Any, step: str, where: str) -> dict[str, Any]:
    if not isinstance(options, dict):
        raise InvalidInput(f"{where}.options is an object")
    known = _OPTIONS.get(step, {})
    for name, value in options.items():
        if name not in known or not isinstance(value, known[name]):
            raise InvalidInput(f"{where}.options.{name} is not an option of {step!r}, or of another type")
    if step == "part" and isinstance(options.get("index"), str) and options["index"] != "rest":
        raise InvalidInput(f'{where}.options.index is a whole number or "rest"')
    if step == "values" and "map" not in options:
        raise InvalidInput(f"{where}.options.map is needed")
    return dict(options)
