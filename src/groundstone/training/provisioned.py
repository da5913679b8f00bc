"""Further names for custom models, as programs make them that buy throughput before they call a model."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from groundstone.errors import NotFound
from groundstone.identity import Principal

if TYPE_CHECKING:
    from groundstone.stores.resources import Resource, Resources

KIND = "provisioned-model"
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"


def short_id() -> str:
    """Twelve small letters and digits, as ids of models and jobs have them."""
    return "".join(secrets.choice(LETTERS) for _ in range(12))


class Provisioned:
    """The names of one installation, each of one tenant. They lead to a model and promise nothing of its speed."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    def create(
        self, caller: Principal, name: str, model: str, request: Mapping[str, Any], token: str = ""
    ) -> tuple[Resource, bool]:
        """The name, and whether it is new. Raises Conflict when it is taken."""
        id = short_id()
        body = {"model": model, "request": dict(request)}
        made = self._resources.put(caller, KIND, id, body, name=name, client_token=token)
        return made, made.id == id

    def find(self, caller: Principal, name_or_id: str) -> Resource:
        """By name, id or ARN. Raises NotFound."""
        wanted = name_or_id.rpartition("/")[2]
        found = self._resources.named(caller, KIND, wanted)
        if found is not None:
            return found
        try:
            return self._resources.get(caller, KIND, wanted)
        except NotFound:
            raise NotFound(f"no provisioned model {wanted[:100]!r}") from None

    def list(self, caller: Principal) -> Sequence[Resource]:
        """Oldest first."""
        return self._resources.all(caller, KIND)

    def delete(self, caller: Principal, name_or_id: str) -> None:
        """Raises NotFound."""
        self._resources.delete(caller, KIND, self.find(caller, name_or_id).id)

    def names(self, tenant: str) -> Mapping[str, tuple[str, ...]]:
        """By model, what else it is called: names and ids."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self.list(Principal("", tenant)):
            found[one.body["model"]] += [one.name, one.id]
        return {model: tuple(names) for model, names in found.items()}
