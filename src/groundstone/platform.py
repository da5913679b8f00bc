"""The composition root: the only file that wires settings, engines, stores and knowledge bases together."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone import config
from groundstone.errors import ConfigError, NotFound
from groundstone.identity import LOCAL, Principal
from groundstone.knowledge.base import KnowledgeBase
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.models.base import Chat, Embed
from groundstone.questions.vocabulary import Vocabularies
from groundstone.stores.base import Settings as CollectionSettings
from groundstone.stores.base import Store

if TYPE_CHECKING:
    from groundstone.models.base import ModelInfo
    from groundstone.models.service import Models
    from groundstone.models.weights import WeightStore
    from groundstone.stores.keys import Keys
    from groundstone.stores.ledger import Ledger
    from groundstone.stores.resources import Resources
    from groundstone.stores.conversations import Conversations

EMBEDDING_MODEL = "all-minilm-l6-v2"
DIMENSIONS = 384
APPS = Path(__file__).parent / "apps"


@dataclass(frozen=True, slots=True)
class App:
    """An application that ships with Groundstone: a folder under ``apps/`` with an app.toml."""

    name: str
    title: str
    about: str
    welcome: str
    examples: tuple[str, ...]
    knowledge_base: str
    spec: KnowledgeSpec


class Platform:
    """Everything, made from settings, each part when it is first needed.

    >>> from groundstone import Platform
    >>> kb = Platform().kb("movies")                      # doctest: +SKIP
    >>> kb.ask("Who directed Jaws?").text                 # doctest: +SKIP
    'Jaws (1975) was directed by Steven Spielberg.'
    """

    def __init__(self, settings: config.Settings | None = None) -> None:
        self.settings = settings or config.load()
        self._vocabularies = Vocabularies()

    @cached_property
    def weights(self) -> WeightStore:
        from groundstone.models.manifest import Manifest
        from groundstone.models.base import ModelInfo
    from groundstone.models.service import Models
    from groundstone.models.weights import WeightStore
    from groundstone.stores.keys import Keys
    from groundstone.stores.ledger import Ledger
    from groundstone.stores.resources import Resources

        own = self.settings.home / "models.toml"
        manifest = Manifest.load(own if own.is_file() else None)
        return WeightStore(self.settings.home / "models", manifest, self.settings.hub or None)

    @cached_property
    def embed(self) -> Embed:
        """The embedding model. Raises WeightsMissing before ``groundstone models pull``."""
        from groundstone.models.minilm import MiniLM
        from groundstone.models.minilm_graph import Precision

        folder = self.weights.path(EMBEDDING_MODEL)
        precision: Precision = "float32" if self.settings.precision == "float32" else "int8"
        return MiniLM(folder, precision, self.settings.threads or None)

    @cached_property
    def chat(self) -> Chat | None:
        """The configured chat model; None means extractive answers."""
        if not self.settings.chat_url:
            return None
        from groundstone.models.openai import OpenAICompatible

        return OpenAICompatible(
            self.settings.chat_url,
            self.settings.chat_model,
            self.settings.chat_api_key,
            timeout=self.settings.chat_timeout,
        )

    @cached_property
    def models(self) -> Models:
        """Every model of the catalogue, behind one interface."""
        from groundstone.models.catalog import Catalog
        from groundstone.models.service import Models

        return Models(Catalog.load(self.settings.home / "catalog.toml"), self._engine)

    def _engine(self, info: ModelInfo) -> Any:
        """The engine object that runs a model."""
        if info.name == EMBEDDING_MODEL:
            return self.embed
        raise NotFound(f"no engine for {info.name}")

    @cached_property
    def keys(self) -> Keys:
        """Access keys: who may come in, and what each may spend."""
        from groundstone.stores.keys import Keys

        return Keys(self.settings.home / "keys.db")

    @cached_property
    def ledger(self) -> Ledger:
        """What was used by whom."""
        from groundstone.stores.ledger import Ledger

        return Ledger(self.settings.home / "ledger.db")

    @cached_property
    def resources(self) -> Resources:
        """Things made through a control plane: knowledge bases by id, data sources, jobs, custom models."""
        from groundstone.stores.resources import Resources

        return Resources(self.settings.home / "resources.db")

    @cached_property
    def store(self) -> Store:
        from groundstone.stores.lance import LanceStore
        from groundstone.stores.sqlite import SqliteStore

        engine = LanceStore if self.settings.store == "lance" else SqliteStore
        return engine(self.settings.home / "knowledge")

    @cached_property
    def conversations(self) -> Conversations:
        from groundstone.stores.conversations import Conversations

        return Conversations(self.settings.home / "conversations.db")

    def apps(self) -> list[App]:
        """The applications of this installation, by name."""
        return [_app(path) for path in sorted(APPS.glob("*/app.toml"))]

    def app(self, name: str) -> App:
        found = next((app for app in self.apps() if app.name == name), None)
        if found is None:
            known = ", ".join(app.name for app in self.apps())
            raise NotFound(f"no application {name!r}; there are: {known}")
        return found

    def install(self, app: App, principal: Principal = LOCAL) -> KnowledgeBase:
        """The application's knowledge base, made if it does not exist and brought to the app's present spec."""
        if app.knowledge_base not in self.knowledge_bases(principal):
            return self.create(app.spec, principal)
        kb = self.kb(app.knowledge_base, principal)
        if kb.spec.to_json() != app.spec.to_json():
            collection = kb.collection
            settings = replace(collection.settings, schema=app.spec.schema, extra={"spec": app.spec.to_json()})
            collection.update_settings(principal, settings)
            kb = self.kb(app.knowledge_base, principal)
        return kb

    def knowledge_bases(self, principal: Principal = LOCAL) -> list[str]:
        return self.store.names(principal)

    def kb(self, name: str, principal: Principal = LOCAL) -> KnowledgeBase:
        """An existing knowledge base. Raises NotFound."""
        collection = self.store.open(principal, name)
        spec = KnowledgeSpec.from_json(collection.settings.extra["spec"])
        return KnowledgeBase(
            principal,
            collection,
            spec,
            self.embed,
            self.chat,
            self._vocabularies,
            s3_endpoint=self.settings.s3_endpoint,
        )

    def create(self, spec: KnowledgeSpec, principal: Principal = LOCAL) -> KnowledgeBase:
        """A new, empty knowledge base; ``sync`` fills it. Raises Conflict, InvalidInput, ConfigError, SourceError."""
        from groundstone.knowledge.infer import completed

        spec = completed(replace(spec, source=_absolute(spec.source)))
        made = CollectionSettings(spec.schema, DIMENSIONS, EMBEDDING_MODEL, {"spec": spec.to_json()})
        self.store.create(principal, spec.name, made)
        return self.kb(spec.name, principal)

    def delete(self, name: str, principal: Principal = LOCAL) -> None:
        self.store.drop(principal, name)

    def close(self) -> None:
        """Release files and connections. The platform cannot be used afterwards."""
        for part in ("models", "store", "conversations", "chat", "keys", "ledger", "resources"):
            made = self.__dict__.pop(part, None)
            if made is not None and hasattr(made, "close"):
                made.close()

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _absolute(source: SourceSpec) -> SourceSpec:
    if source.kind == "s3" or not source.path:
        return source
    return replace(source, path=str(Path(source.path).expanduser().absolute()))


def _app(path: Path) -> App:
    try:
        spec = KnowledgeSpec.from_json(tomllib.loads(path.read_text(encoding="utf-8")))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from None
    inside = replace(spec.source, path=str(path.parent / spec.source.path))
    spec = replace(spec, source=inside)
    return App(spec.name, spec.title, spec.about, spec.welcome, spec.examples, spec.name, spec)
