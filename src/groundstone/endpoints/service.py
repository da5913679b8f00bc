"""Endpoints: names behind which one or more models answer, made from configurations, kept over restarts."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.endpoints.base import Answer, Call, Content, Runner, Variant
from groundstone.endpoints.counting import Watch
from groundstone.endpoints.loading import Loading
from groundstone.endpoints.metrics import Metrics, Tally
from groundstone.endpoints.packages import Packages
from groundstone.endpoints.registry import Registry, check_name
from groundstone.endpoints.share import Shares
from groundstone.errors import Conflict, GroundstoneError, InvalidInput, LimitExceeded, ModelError, NotFound
from groundstone.identity import Principal
from groundstone.jobs import Workers

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource, Resources

CONFIG, ENDPOINT = "endpoint-config", "endpoint"
CREATING, UPDATING, IN_SERVICE, FAILED = "Creating", "Updating", "InService", "Failed"
UNDER_WAY = (CREATING, UPDATING)
MOST, MOST_VARIANTS, MOST_INSTANCES = 100, 10, 64
REASON_LENGTH = 1000
Found = Sequence["Resource"]
Rows = list[dict[str, Any]]  # in the class below, "list" is a method
Tallies = dict[int, Tally]


@dataclass(frozen=True, slots=True)
class Invoked:
    """An answer, the variant that gave it, and the seconds that its model took."""

    answer: Answer
    variant: str
    seconds: float


class Endpoints:
    """The endpoints of an installation, each of one tenant.

    Args:
        home: folder of packages and metrics.
        runners: what loads models, by kind.
        fetch: an object of a bucket by its address; raises SourceError.
    """

    def __init__(
        self, home: Path, resources: Resources, runners: Mapping[str, Runner], fetch: Callable[[str], bytes]
    ) -> None:
        packages = Packages(home, runners)
        self.registry = Registry(resources, packages, tuple(runners), self._contents)
        self.metrics = Metrics(home / "metrics")
        self.fetch = fetch
        self._resources, self._loading = resources, Loading(packages, runners)
        self._shares: dict[str, Shares] = {}
        self._workers = Workers("endpoint")
        self._guard = threading.Lock()

    # -- configurations --------------------------------------------------------------------------------

    def configure(
        self,
        caller: Principal,
        name: str,
        variants: Sequence[Variant],
        told: Mapping[str, Any] | None = None,
        *,
        fixed: bool = False,
    ) -> Resource:
        """A configuration: the variants that an endpoint will have, with what their models are now.

        ``fixed``: variants that have a content keep it, whatever became of their models.

        Raises InvalidInput, NotFound for a model, Conflict for a name that is taken.
        """
        check_name(name, "a configuration")
        _check_variants(variants)
        filled = [
            one if fixed and one.content.kind else replace(one, content=self.registry.content(caller, one.model))
            for one in variants
        ]
        body = {"variants": [one.to_json() for one in filled], "told": dict(told or {}), "tags": {}}
        return self._resources.put(caller, CONFIG, secrets.token_hex(6), body, name=name)

    def config(self, caller: Principal, name: str) -> Resource:
        """Raises NotFound."""
        found = self._resources.named(caller, CONFIG, name)
        if found is None:
            raise NotFound(f"no endpoint configuration {name[:100]!r}")
        return found

    def configs(self, caller: Principal) -> Found:
        return self._resources.all(caller, CONFIG)

    def delete_config(self, caller: Principal, name: str) -> None:
        """Endpoints that were made from it go on. Raises NotFound."""
        self._resources.delete(caller, CONFIG, self.config(caller, name).id)

    # -- endpoints -------------------------------------------------------------------------------------

    def create(self, caller: Principal, name: str, config: str, tags: Mapping[str, str] | None = None) -> Resource:
        """A new endpoint, which loads its models in the background: Creating, then InService or Failed.

        Raises InvalidInput, NotFound, Conflict, LimitExceeded.
        """
        check_name(name, "an endpoint")
        if len(self._resources.all(caller, ENDPOINT)) >= MOST:
            raise LimitExceeded(f"there are {MOST} endpoints already; delete some")
        wanted = self._wanted(caller, config)
        body: dict[str, Any] = {"config": config, "variants": [], "wanted": wanted, "status": CREATING, "reason": ""}
        body |= {"owner": self._resources.owner, "tags": dict(tags or {})}
        made = self._resources.put(caller, ENDPOINT, secrets.token_hex(6), body, name=name)
        self._begin(caller, made)
        return made

    def find(self, caller: Principal, name: str) -> Resource:
        """Raises NotFound. What an earlier process began, this one goes on with."""
        found = self._resources.named(caller, ENDPOINT, name)
        if found is None:
            raise NotFound(f"no endpoint {name[:100]!r}; `groundstone endpoints list` shows those there are")
        return self._taken_up(caller, found)

    def list(self, caller: Principal) -> Found:
        """Oldest first."""
        return [self._taken_up(caller, one) for one in self._resources.all(caller, ENDPOINT)]

    def update(self, caller: Principal, name: str, config: str, *, keep_weights: bool = False) -> Resource:
        """Exchange the variants for those of another configuration, once they are loaded; until then the old answer.

        ``keep_weights``: variants that stay keep their present weight and instances. Raises NotFound, Conflict.
        """
        found = self._settled(caller, name)
        wanted = self._wanted(caller, config)
        if keep_weights:
            now = {one["name"]: {key: one[key] for key in ("weight", "count")} for one in found.body["variants"]}
            wanted = [one | now.get(one["name"], {}) for one in wanted]
        status = UPDATING if found.body["variants"] else CREATING
        body = {**found.body, "wanted": wanted, "wanted_config": config, "status": status, "reason": ""}
        changed = self._change(caller, found, body | {"owner": self._resources.owner})
        self._begin(caller, changed)
        return changed

    def weigh(self, caller: Principal, name: str, weights: Mapping[str, tuple[float | None, int | None]]) -> Resource:
        """Change weight and instances of variants by name; None leaves one as it is. Raises as ``update`` does."""
        found = self._settled(caller, name)
        variants = [Variant.from_json(one) for one in found.body["variants"]]
        unknown = sorted(set(weights) - {one.name for one in variants})
        if unknown:
            raise InvalidInput(f"the endpoint {name} has no variant {unknown[0][:80]!r}")
        changed = [_weighed(one, *weights.get(one.name, (None, None))) for one in variants]
        _check_variants(changed)
        body = {**found.body, "variants": [one.to_json() for one in changed], "status": IN_SERVICE}
        made = self._change(caller, found, body)
        self._loading.keep_only(found.id, changed)
        return made

    def delete(self, caller: Principal, name: str) -> None:
        """Configuration and models stay. Raises NotFound."""
        found = self._resources.named(caller, ENDPOINT, name)
        if found is None:
            raise NotFound(f"no endpoint {name[:100]!r}; `groundstone endpoints list` shows those there are")
        self._resources.delete(caller, ENDPOINT, found.id)
        self._workers.stop(found.id)
        self._loading.keep_only(found.id, ())
        self._shares.pop(found.id, None)
        self.registry.clean(caller)

    def tag(self, caller: Principal, kind: str, id: str, tags: Mapping[str, str]) -> Resource:
        """Replace the tags of a thing of the control plane. Raises NotFound, Conflict."""
        found = self._resources.get(caller, kind, id)
        return self._resources.update(caller, kind, id, {**found.body, "tags": dict(tags)}, revision=found.revision)

    # -- use -------------------------------------------------------------------------------------------

    def invoke(self, caller: Principal, name: str, call: Call, variant: str = "") -> Invoked:
        """Ask an endpoint; ``variant`` names who answers, else the weights decide.

        Raises NotFound, Conflict when it is not in service, InvalidInput, ModelError.
        """
        watch = Watch()
        endpoint, chosen = self._chosen(caller, name, variant)
        with (
            watch.counted(self.metrics, _folder(caller), name, chosen.name),
            _what_is_gone_has_failed(),
            self._loading.use(caller, endpoint.id, chosen) as loaded,
            watch.model(),
        ):
            answer = loaded.predict(call)
        return Invoked(answer, chosen.name, watch.seconds)

    def stream(self, caller: Principal, name: str, call: Call, variant: str = "") -> tuple[Iterator[bytes], str]:
        """The answer in pieces, and the variant that gives it. Raises as ``invoke`` does, before the first piece."""
        watch = Watch()
        endpoint, chosen = self._chosen(caller, name, variant)
        pieces = self._streamed(caller, endpoint, chosen, call, watch)
        first = next(pieces, b"")  # what fails up to here is an error, not the end of a stream
        return _with_first(first, pieces), chosen.name

    def _streamed(
        self, caller: Principal, endpoint: Resource, chosen: Variant, call: Call, watch: Watch
    ) -> Generator[bytes, None, None]:
        with (
            watch.counted(self.metrics, _folder(caller), endpoint.name, chosen.name),
            _what_is_gone_has_failed(),
            self._loading.use(caller, endpoint.id, chosen) as loaded,
            watch.model(),
            closing(loaded.stream(call)) as pieces,
        ):
            yield from pieces

    def measured(self, caller: Principal, name: str, start: datetime, end: datetime) -> dict[str, Tally]:
        """What each variant did in that time."""
        return self.metrics.variants(_folder(caller), name, start, end)

    def by_minute(self, caller: Principal, name: str, start: datetime, end: datetime, variant: str = "") -> Tallies:
        """Tallies by minute since 1970; of one variant, or of all."""
        return self.metrics.minutes(_folder(caller), name, start, end, variant)

    def close(self) -> None:
        """End all models of this process. Endpoints stay, and load again when they are asked."""
        self._workers.stop_all()
        self._workers.wait()
        self._loading.close()
        self.metrics.close()

    # -- inside ----------------------------------------------------------------------------------------

    def _wanted(self, caller: Principal, config: str) -> Rows:
        wanted: Rows = list(self.config(caller, config).body["variants"])
        return wanted

    def _contents(self, caller: Principal) -> set[Content]:
        bodies = [one.body for one in self._resources.all(caller, ENDPOINT)]
        bodies += [one.body for one in self._resources.all(caller, CONFIG)]
        rows = [row for body in bodies for row in (*body["variants"], *body.get("wanted", ()))]
        return {Content.from_json(row["content"]) for row in rows}

    def _settled(self, caller: Principal, name: str) -> Resource:
        found = self.find(caller, name)
        if found.body["status"] in UNDER_WAY:
            raise Conflict(f"the endpoint {name} is {found.body['status']}; wait until it is in service")
        return found

    def _change(self, caller: Principal, found: Resource, body: Mapping[str, Any]) -> Resource:
        return self._resources.update(caller, ENDPOINT, found.id, body, revision=found.revision)

    def _taken_up(self, caller: Principal, found: Resource) -> Resource:
        """An endpoint whose process ended while it loaded is loaded by this one."""
        if found.body["status"] not in UNDER_WAY or self._resources.alive(found.body["owner"]):
            return found
        try:
            mine = self._change(caller, found, {**found.body, "owner": self._resources.owner})
        except (Conflict, NotFound):
            return found  # another process was faster
        self._begin(caller, mine)
        return mine

    def _begin(self, caller: Principal, endpoint: Resource) -> None:
        self._workers.start(endpoint.id, partial(self._load, caller, endpoint))

    def _load(self, caller: Principal, endpoint: Resource, stop: threading.Event) -> None:
        body = endpoint.body
        wanted = [Variant.from_json(one) for one in body["wanted"]]
        try:
            for variant in wanted:
                if not stop.is_set():
                    self._loading.load(caller, endpoint.id, variant)
        except GroundstoneError as error:
            status = IN_SERVICE if body["variants"] else FAILED
            outcome = {"status": status, "reason": _reason(error, bool(body["variants"])), "wanted": []}
        else:
            config = body.get("wanted_config", body["config"])
            outcome = {"status": IN_SERVICE, "variants": body["wanted"], "wanted": [], "config": config}
        self._end(caller, endpoint, outcome)

    def _end(self, caller: Principal, endpoint: Resource, outcome: Mapping[str, Any]) -> None:
        """Write how it went, unless the endpoint was deleted or the process ends: then the next one takes it up."""
        if self._workers.is_closing:
            return
        try:
            done = self._written(caller, endpoint, outcome)
            serving = [Variant.from_json(one) for one in done.body["variants"]]
        except NotFound:
            serving = []
        self._loading.keep_only(endpoint.id, serving)

    def _written(self, caller: Principal, endpoint: Resource, outcome: Mapping[str, Any]) -> Resource:
        """The endpoint with its outcome, over changes of its tags meanwhile; as it is when another load has begun."""
        while True:
            now = self._resources.get(caller, ENDPOINT, endpoint.id)
            if now.body["status"] not in UNDER_WAY or now.body["wanted"] != endpoint.body["wanted"]:
                return now
            try:
                return self._change(caller, now, {**now.body, **outcome})
            except Conflict:
                continue

    def _chosen(self, caller: Principal, name: str, variant: str) -> tuple[Resource, Variant]:
        endpoint = self.find(caller, name)
        if not endpoint.body["variants"]:
            said = f": {endpoint.body['reason']}" if endpoint.body["reason"] else ""
            raise Conflict(f"the endpoint {name} is {endpoint.body['status']}, not in service{said}")
        variants = [Variant.from_json(one) for one in endpoint.body["variants"]]
        with self._guard:
            shares = self._shares.setdefault(endpoint.id, Shares())
            is_new = shares.revision != endpoint.revision and endpoint.body["status"] not in UNDER_WAY
            shares.revision = endpoint.revision if is_new else shares.revision
        if is_new:  # another process may have changed it
            self._loading.keep_only(endpoint.id, variants)
        return endpoint, shares.choose(variants, variant)


@contextmanager
def _what_is_gone_has_failed() -> Iterator[None]:
    """A model that was there when its endpoint was made is no question of the caller's."""
    try:
        yield
    except NotFound as error:
        raise ModelError(f"the model behind the endpoint is gone: {error}") from None


def _with_first(first: bytes, pieces: Generator[bytes, None, None]) -> Iterator[bytes]:
    with closing(pieces):
        yield first
        yield from pieces


def _check_variants(variants: Sequence[Variant]) -> None:
    """Raises InvalidInput."""
    if not 0 < len(variants) <= MOST_VARIANTS:
        raise InvalidInput(f"an endpoint has from 1 to {MOST_VARIANTS} variants")
    for one in variants:
        check_name(one.name, "a variant")
        if not 0 <= one.weight <= 1e6 or not 1 <= one.count <= MOST_INSTANCES:
            raise InvalidInput(f"the variant {one.name} needs a weight from 0 on and 1 to {MOST_INSTANCES} instances")
    if len({one.name for one in variants}) != len(variants):
        raise InvalidInput("two variants have the same name")
    if not any(one.weight for one in variants):
        raise InvalidInput("every variant has the weight 0; give one of them a weight")


def _weighed(variant: Variant, weight: float | None, count: int | None) -> Variant:
    return replace(
        variant,
        weight=variant.weight if weight is None else weight,
        count=variant.count if count is None else count,
    )


def _reason(error: GroundstoneError, updated: bool) -> str:
    said = f"the update was not made, the variants before it go on: {error}" if updated else str(error)
    return said[:REASON_LENGTH]


def _folder(caller: Principal) -> str:
    return sha256(caller.tenant.encode()).hexdigest()[:32]


def now() -> datetime:
    return datetime.now(UTC)
