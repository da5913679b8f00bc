"""The registry: models by name, and groups of numbered versions, each pinned to the hash of its package."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from groundstone.endpoints.base import Content
from groundstone.endpoints.contents import CATALOGUE
from groundstone.endpoints.packages import Packages
from groundstone.errors import Conflict, InvalidInput, LimitExceeded, NotFound
from groundstone.identity import Principal

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource, Resources

MODEL, GROUP, VERSION = "endpoint-model", "endpoint-group", "endpoint-version"
MOST = 1000  # models, groups, or versions of a group, of a tenant
NAMED = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?")
MODEL_KEYS = ("GROUNDSTONE_MODEL", "HF_MODEL_ID")  # of a container's environment: name in the catalogue
SIMULATED = "simulated"  # the kind of engines without a model, named "simulated:llama-2-7b@ml.g5.2xlarge"
APPROVED, PENDING, REJECTED = "Approved", "PendingManualApproval", "Rejected"
Found = Sequence["Resource"]


class Registry:
    """The models of an installation, each of one tenant.

    Args:
        kinds: of the runners that exist.
        in_use: contents that the endpoints of a caller's tenant serve, whose packages are kept.
    """

    def __init__(
        self,
        resources: Resources,
        packages: Packages,
        kinds: Sequence[str],
        in_use: Callable[[Principal], set[Content]],
    ) -> None:
        self.packages = packages
        self._resources, self._kinds, self._in_use = resources, kinds, in_use

    # -- models ----------------------------------------------------------------------------------------

    def create(
        self,
        caller: Principal,
        name: str,
        *,
        package: bytes | None = None,
        model: str = "",
        version: Resource | None = None,
        told: Mapping[str, Any] | None = None,
    ) -> Resource:
        """A new model: from a package, a version, or a name: of the catalogue, "kind:KIND" or "simulated:ENGINE".

        Args:
            told: kept with the model, for whoever described it.

        Raises InvalidInput, UnreadableDocument, UnsupportedDocument, DocumentTooLarge, Conflict.
        """
        check_name(name, "a model")
        self._check_room(caller, MODEL)
        with self.packages.locked(caller):
            content, notes = self._content(caller, package, model, version)
            body = {"content": content.to_json(), "notes": list(notes), "told": dict(told or {}), "tags": {}}
            return self._resources.put(caller, MODEL, _id(), body, name=name)

    def find(self, caller: Principal, name: str) -> Resource:
        """Raises NotFound."""
        return self._named(caller, MODEL, name, "model")

    def list(self, caller: Principal) -> Found:
        return self._resources.all(caller, MODEL)

    def delete(self, caller: Principal, name: str) -> None:
        """Endpoints that serve it go on. Raises NotFound."""
        self._resources.delete(caller, MODEL, self.find(caller, name).id)
        self.clean(caller)

    def content(self, caller: Principal, name: str) -> Content:
        """What a model is. Raises NotFound."""
        return Content.from_json(self.find(caller, name).body["content"])

    def clean(self, caller: Principal) -> None:
        """Remove the packages that no model, version or endpoint of the tenant needs any more."""
        with self.packages.locked(caller):
            things = [*self._resources.all(caller, MODEL), *self._resources.all(caller, VERSION)]
            wanted = {thing.body["content"]["package"] for thing in things if thing.body["content"]}
            self.packages.keep_only(caller, wanted | {content.package for content in self._in_use(caller)})

    # -- groups of versions ----------------------------------------------------------------------------

    def create_group(self, caller: Principal, name: str, told: Mapping[str, Any] | None = None) -> Resource:
        """Raises InvalidInput, Conflict."""
        check_name(name, "a group of versions")
        self._check_room(caller, GROUP)
        return self._resources.put(caller, GROUP, _id(), {"told": dict(told or {}), "last": 0, "tags": {}}, name=name)

    def group(self, caller: Principal, name: str) -> Resource:
        """Raises NotFound."""
        return self._named(caller, GROUP, name, "group of versions")

    def groups(self, caller: Principal) -> Found:
        return self._resources.all(caller, GROUP)

    def delete_group(self, caller: Principal, name: str) -> None:
        """Raises NotFound, and Conflict while it holds versions."""
        group = self.group(caller, name)
        if self._resources.list(caller, VERSION, parent=group.id, limit=1):
            raise Conflict(f"the group {name} still holds versions; delete those first")
        self._resources.delete(caller, GROUP, group.id)

    def register(
        self,
        caller: Principal,
        group: str,
        *,
        package: bytes | None = None,
        model: str = "",
        told: Mapping[str, Any] | None = None,
        approval: str = PENDING,
        token: str = "",
    ) -> Resource:
        """The next version of a group. A number is never given twice. Raises what ``create`` does, and NotFound."""
        found = self.group(caller, group)
        with self.packages.locked(caller):
            content, notes = self._content(caller, package, model, None)
            number = self._next(caller, found)
            body: dict[str, Any] = {"content": content.to_json(), "notes": list(notes), "told": dict(told or {})}
            body |= {"tags": {}, "group": group, "version": number, "approval": approval}
            return self._resources.put(
                caller, VERSION, _id(), body, name=str(number), parent=found.id, client_token=token
            )

    def version(self, caller: Principal, group: str, number: int) -> Resource:
        """Raises NotFound."""
        found = self._resources.named(caller, VERSION, str(number), parent=self.group(caller, group).id)
        if found is None:
            raise NotFound(f"the group {group} has no version {number}")
        return found

    def versions(self, caller: Principal, group: str = "") -> Found:
        """Those of a group, or all; oldest first. Raises NotFound."""
        return self._resources.all(caller, VERSION, parent=self.group(caller, group).id if group else None)

    def approve(self, caller: Principal, group: str, number: int, approval: str) -> Resource:
        """Raises NotFound, InvalidInput."""
        if approval not in (APPROVED, PENDING, REJECTED):
            raise InvalidInput(f"a version is {APPROVED}, {PENDING} or {REJECTED}, not {approval[:60]!r}")
        found = self.version(caller, group, number)
        body = {**found.body, "approval": approval}
        return self._resources.update(caller, VERSION, found.id, body, revision=found.revision)

    def delete_version(self, caller: Principal, group: str, number: int) -> None:
        """Raises NotFound."""
        self._resources.delete(caller, VERSION, self.version(caller, group, number).id)
        self.clean(caller)

    def _next(self, caller: Principal, group: Resource) -> int:
        number = int(group.body["last"]) + 1
        self._resources.update(caller, GROUP, group.id, {**group.body, "last": number}, revision=group.revision)
        return number

    # -- both ------------------------------------------------------------------------------------------

    def _content(
        self, caller: Principal, package: bytes | None, model: str, version: Resource | None
    ) -> tuple[Content, Sequence[str]]:
        if sum(given is not None and given != "" for given in (package, model, version)) != 1:
            raise InvalidInput("a model is made from a package, a model of the catalogue or a version: one of these")
        if package is not None:
            made = self.packages.add(caller, package)
            return made.content, made.notes
        if version is not None:
            if version.body["approval"] == REJECTED:
                raise InvalidInput(f"version {version.name} of {version.body['group']} was rejected; approve it first")
            return Content.from_json(version.body["content"]), version.body["notes"]
        kind = model.removeprefix("kind:")
        if kind != model and kind in self._kinds:
            return Content(kind), ()
        if model.startswith(f"{SIMULATED}:") and SIMULATED in self._kinds:
            return Content(SIMULATED, model=model.partition(":")[2]), ()
        return Content(CATALOGUE, model=model), ()

    def _check_room(self, caller: Principal, kind: str) -> None:
        if len(self._resources.all(caller, kind)) >= MOST:
            raise LimitExceeded(f"there are {MOST} of them already; delete some")

    def _named(self, caller: Principal, kind: str, name: str, said: str) -> Resource:
        found = self._resources.named(caller, kind, name)
        if found is None:
            raise NotFound(f"no {said} {name[:100]!r}; `groundstone endpoints list` shows what is there")
        return found


def check_name(name: str, what: str) -> None:
    """Raises InvalidInput."""
    if not NAMED.fullmatch(name):
        raise InvalidInput(f"the name of {what} is 1 to 63 letters (a to z), digits and -, not {name[:80]!r}")


def _id() -> str:
    return secrets.token_hex(6)
