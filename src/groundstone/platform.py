"""The composition root: the only file that wires settings, engines, stores and knowledge bases together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import RLock
from typing import TYPE_CHECKING, Any, TypeVar

from groundstone import config
from groundstone.applications import APPS, App, applications
from groundstone.errors import NotFound, WeightsMissing
from groundstone.identity import LOCAL, Principal
from groundstone.knowledge.base import KnowledgeBase
from groundstone.knowledge.readers import Readers
from groundstone.knowledge.source import MAX_FILE_BYTES
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.models.base import Chat, Embed, ModelInfo, ReadPage
from groundstone.questions.vocabulary import Vocabularies
from groundstone.stores.base import Settings as CollectionSettings
from groundstone.stores.base import Store

if TYPE_CHECKING:
    from groundstone.documents.decks.reader import DeckReader
    from groundstone.documents.jobs import DocumentJobs
    from groundstone.documents.kept import Kept
    from groundstone.documents.queries import Answers
    from groundstone.documents.reader import Reader
    from groundstone.documents.service import Documents
    from groundstone.endpoints.service import Endpoints
    from groundstone.forensics.kept import KeptChecks
    from groundstone.forensics.service import Forensics
    from groundstone.knowledge.jobs import Jobs
    from groundstone.models.custom_models import CustomModels
    from groundstone.models.meter import KeyMeter
    from groundstone.models.service import BoundChat, Models
    from groundstone.models.tasks import Tasks
    from groundstone.models.weights import WeightStore
    from groundstone.slides.service import Slides
    from groundstone.stores.conversations import Conversations
    from groundstone.stores.keys import Keys
    from groundstone.stores.ledger import Ledger
    from groundstone.stores.queue import Queue
    from groundstone.stores.resources import Resources
    from groundstone.training.jobs import Training
    from groundstone.verification.registry import Registry
    from groundstone.verification.service import Verification
    from groundstone.verification.spec import Spec

T = TypeVar("T")
EMBEDDING_MODEL = "all-minilm-l6-v2"
DIMENSIONS = 384
CLOSED = (  # those that work in the background first, what they work with afterwards
    "slides", "_verifying", "ingestion", "training", "endpoints", "kept_checks", "kept", "document_jobs", "forensics",
    "decks", "documents", "_reader", "models", "store", "conversations", "keys", "ledger", "resources", "queue",
)  # fmt: skip


class part(cached_property[T]):
    """A part that is made when it is first needed, once, even when several threads need it at the same moment."""

    if not TYPE_CHECKING:  # the types are those of cached_property

        def __get__(self, platform: Any, owner: Any = None) -> Any:
            if platform is None:
                return self
            with platform._making:
                return super().__get__(platform, owner)


class Platform:
    """Everything, made from settings, each part when it is first needed.

    >>> from groundstone import Platform
    >>> Platform().kb("movies").ask("Who directed Jaws?").text                 # doctest: +SKIP
    'Jaws (1975) was directed by Steven Spielberg.'
    """

    def __init__(self, settings: config.Settings | None = None) -> None:
        self.settings = settings or config.load()
        self._vocabularies = Vocabularies()
        self._making = RLock()

    @part
    def weights(self) -> WeightStore:
        from groundstone.models.manifest import Manifest
        from groundstone.models.weights import WeightStore

        own = self.settings.home / "models.toml"
        manifest = Manifest.load(own if own.is_file() else None)
        return WeightStore(self.settings.home / "models", manifest, self.settings.hub or None)

    @part
    def embed(self) -> Embed:
        """The embedding model. Raises WeightsMissing before ``groundstone models pull``."""
        from groundstone.models.minilm import MiniLM
        from groundstone.models.minilm_graph import Precision

        folder = self.weights.path(EMBEDDING_MODEL)
        precision: Precision = "float32" if self.settings.precision == "float32" else "int8"
        return MiniLM(folder, precision, self.settings.threads or None)

    @part
    def models(self) -> Models:
        """Every model of the catalogue, behind one interface."""
        from groundstone.models.catalog import Catalog
        from groundstone.models.engines import Engines
        from groundstone.models.service import Models

        catalog = Catalog.load(self.settings.home / "catalog.toml", self._chat_entry(), self.settings.answer_model)
        inside = {"embedded": self._embedded, "custom": lambda info: self.custom.engine(info)}
        return Models(catalog, Engines(catalog.engines, inside), self.meter, lambda tenant: self.training.infos(tenant))

    @part
    def custom(self) -> CustomModels:
        """The models that tenants trained on their own examples."""
        from groundstone.models.custom_models import CustomModels

        return CustomModels(
            self.settings.home / "custom",
            lambda: self.embed,
            lambda caller, name: self.models.bound(caller, name),
            lambda name: self.models.catalog.knows(name),
        )

    @part
    def training(self) -> Training:
        """Jobs that train custom models, and the names that these have."""
        from groundstone.knowledge.bucket import bucket_address, bucket_folder
        from groundstone.training.jobs import Training

        def place(address: str) -> tuple[Path, str] | None:
            folder = bucket_folder(address, self.buckets)
            return None if folder is None else (folder, bucket_address(address)[1])

        return Training(self.resources, self.custom, self._object, place, self.settings.home / "training")

    def _object(self, address: str, most: int = MAX_FILE_BYTES) -> bytes:
        """The bytes of s3://bucket/key, from a bucket's folder or an S3 server. Raises SourceError."""
        from groundstone.knowledge.bucket import read_object
        from groundstone.knowledge.s3 import fetch_object

        endpoint = self.settings.s3_endpoint
        return read_object(address, self.buckets, lambda uri: fetch_object(uri, endpoint, most), most)

    @part
    def endpoints(self) -> Endpoints:
        """Models behind names: those of packages, of the catalogue, and the forensic one."""
        from groundstone.endpoints.packages import MOST_BYTES
        from groundstone.endpoints.reports import ReportRunner
        from groundstone.endpoints.runners import runners
        from groundstone.endpoints.service import Endpoints
        from groundstone.forensics.served import loader

        judged = ReportRunner(loader(lambda: self.forensics, lambda: self.documents, self.settings.reading_at_once))
        kinds = runners(lambda: self.models, judged)
        home = self.settings.home / "endpoints"
        return Endpoints(home, self.resources, kinds, lambda address: self._object(address, MOST_BYTES))

    @part
    def tasks(self) -> Tasks:
        """Summaries and translations."""
        from groundstone.models.tasks import Tasks

        return Tasks(self.models, EMBEDDING_MODEL)

    @part
    def meter(self) -> KeyMeter:
        """What each access key may spend, and what it has spent."""
        from groundstone.models.meter import KeyMeter

        return KeyMeter(lambda: self.ledger, lambda key: self.keys.limits(key))

    @property
    def answer_model(self) -> ModelInfo | None:
        """The model that words answers; None means extractive answers: nobody named a model that can be trusted to."""
        return self.models.catalog.trusted

    @property
    def embed_if_there(self) -> Embed | None:
        """The embedding model; None before its weights are pulled, for what can do without."""
        try:
            self.weights.path(EMBEDDING_MODEL)
        except WeightsMissing:
            return None
        return self.embed

    @property
    def page_reader_if_there(self) -> ReadPage | None:
        """What tells where on a page answers stand; it needs the weights of the embedding model, as above."""
        return self._page_reader if self.embed_if_there is not None else None

    @part
    def _page_reader(self) -> ReadPage:
        from groundstone.models.pagereader import PageReader

        return PageReader(self.weights.path(EMBEDDING_MODEL))

    def writer(self, caller: Principal, name: str) -> tuple[BoundChat, int]:
        """A chat model on the caller's account, and how many tokens its replies may have beside a prompt."""
        info = self.models.info(caller, name)
        return self.models.bound(caller, info.name), min(4000, (info.context or 8000) // 2)

    def missing(self, info: ModelInfo) -> str:
        """What a model needs and this machine lacks, in words; empty when nothing. Other machines are not asked."""
        if (spec := self.models.catalog.engines.get(info.engine)) is None:
            return ""
        if (variable := spec.options.get("api_key_env")) and not os.environ.get(variable):
            return f"{variable} is not set"
        if spec.kind == "llamacpp" and not Path(spec.options["path"]).expanduser().is_file():
            return "the file is missing"
        needed = EMBEDDING_MODEL if info.task in ("embed", "rerank") else info.name
        here = {status.name for status in self.weights.list() if status.present}
        return "weights are missing" if spec.kind == "embedded" and needed not in here else ""

    def _chat_entry(self) -> dict[str, Any]:
        """The model of the settings chat_url and chat_model, in the form of catalog.toml."""
        if not (url := self.settings.chat_url):
            return {}
        key, timeout = self.settings.chat_api_key, self.settings.chat_timeout
        engine = {"kind": "openai", "url": url, "api_key": key, "timeout": timeout}
        abilities = ["stream", "tools", "schema", "images", "count", "grounded"]  # the engine says what it lacks
        model = {"engine": "chat", "task": "chat", "abilities": abilities}
        return {"engines": {"chat": engine}, "models": {self.settings.chat_model: model}}

    def _embedded(self, info: ModelInfo) -> Any:
        """What runs inside this process."""
        if info.name == EMBEDDING_MODEL:
            return self.embed
        if info.task == "rerank":
            from groundstone.models.similarity import Similarity

            return Similarity(self.embed)
        from groundstone.models.llamacpp import LlamaCpp

        (weights,) = self.weights.path(info.name).glob("*.gguf")
        return LlamaCpp(weights, info.name, context=info.context or 2048, threads=self.settings.threads or None)

    @part
    def keys(self) -> Keys:
        """Access keys: who may come in, and what each may spend."""
        from groundstone.stores.keys import Keys

        return Keys(self.settings.home / "keys.db")

    @part
    def ledger(self) -> Ledger:
        """What was used by whom."""
        from groundstone.stores.ledger import Ledger

        return Ledger(self.settings.home / "ledger.db", self.settings.usage_days)

    @part
    def resources(self) -> Resources:
        """Things made through a control plane: knowledge bases by id, data sources, jobs, custom models."""
        from groundstone.stores.resources import Resources

        return Resources(self.settings.home / "resources.db")

    @part
    def ingestion(self) -> Jobs:
        """Syncs that run in the background."""
        from groundstone.knowledge.jobs import Jobs

        return Jobs(self.resources, self.kb)

    @property
    def buckets(self) -> Path:
        """The folder whose subfolders stand for buckets of S3."""
        named = self.settings.buckets
        return Path(named).expanduser().absolute() if named else self.settings.home / "buckets"

    @property
    def source_roots(self) -> list[Path]:
        """The folders below which holders of access keys may name sources."""
        named = [name for name in self.settings.source_roots.split(os.pathsep) if name]
        return [self.buckets, *(Path(name).expanduser().absolute() for name in named)]

    @part
    def documents(self) -> Documents:
        """What reads documents and answers questions from them."""
        from groundstone.documents.service import Documents

        return Documents(self._reader, lambda: self._answers, self._seeing)

    @part
    def _reader(self) -> Reader:
        from groundstone.documents.reader import Reader

        return Reader(self.settings.reading_at_once)

    def _seeing(self, caller: Principal) -> Chat | None:
        """The model that also reads documents and slides, from their pictures, on the caller's account."""
        name = self.settings.reader_model
        return self.models.bound(caller, name) if name else None

    @part
    def forensics(self) -> Forensics:
        """What checks documents for forgery."""
        from groundstone.forensics.service import Forensics

        return Forensics(lambda: self.documents, self.settings.reading_at_once)

    @part
    def _answers(self) -> Answers:
        from groundstone.documents.fields import Fields
        from groundstone.documents.queries import Answers

        fields = Fields.load(self.settings.home / "fields.toml")
        return Answers(fields, lambda: self.embed_if_there, lambda: self.page_reader_if_there)

    @part
    def document_jobs(self) -> DocumentJobs:
        """Documents read in the background, and their results for some days."""
        from groundstone.documents.jobs import DocumentJobs

        return DocumentJobs(self.settings.home / "document-jobs", lambda: self.documents, self.resources)

    @part
    def kept(self) -> Kept:
        """Documents that people uploaded to be read, for some hours."""
        from groundstone.documents.kept import Kept

        root = self.settings.home / "documents"
        return Kept(root, lambda: self.documents, self.resources, self.settings.documents_hours)

    @part
    def kept_checks(self) -> KeptChecks:
        """Checks for forgery of documents that people uploaded."""
        from groundstone.forensics.kept import KeptChecks

        return KeptChecks(lambda: self.kept, lambda: self.forensics)

    @part
    def _verifying(self) -> Registry:
        from groundstone.forensics.reason import checked
        from groundstone.verification.registry import Registry
        from groundstone.verification.service import Verification
        from groundstone.verification.spec import load_all, rules_of
        from groundstone.verification.steps import Parts

        def made(spec: Spec) -> Verification:
            rules = rules_of(spec)
            parts = Parts(lambda: self.documents, lambda: rules.decide, lambda *sent: checked(self.forensics, *sent))
            home, most = self.settings.home / "verification" / spec.name, self.settings.reading_at_once
            most = most or os.cpu_count() or 1
            return Verification(spec, self.queue, parts, home, buckets=self.buckets, fetch=self._object, threads=most)

        return Registry(load_all(APPS, self.settings.home / "verification"), made)

    def verifications(self) -> list[Spec]:
        """What the applications that verify documents are made of."""
        return list(self._verifying.specs)

    def verification(self, name: str) -> Verification:
        """An application that verifies documents. Raises NotFound, and ConfigError for mistakes in its files."""
        return self._verifying.open(name)

    def resume_verifications(self) -> None:
        """Go on with documents that an earlier process took in, and watch the folders where they arrive."""
        if (self.settings.home / "verification").is_dir() or self.buckets.is_dir():
            self._verifying.resume()

    @part
    def decks(self) -> DeckReader:
        """What reads decks of slides, and draws their slides."""
        from groundstone.documents.decks.office import Office, find
        from groundstone.documents.decks.reader import DeckReader

        office = Office(find(), self.settings.home / "slides" / "office") if find() else None
        return DeckReader(lambda: self._reader, self.settings.reading_at_once or os.cpu_count() or 1, office=office)

    @part
    def slides(self) -> Slides:
        """Decks of slides that people ask."""
        from groundstone.slides.engines import Chosen
        from groundstone.slides.service import Slides

        return Slides(
            self.queue, self.settings.home / "slides", lambda: self.decks, embed=lambda: self.embed_if_there,
            chat=self._seeing, way=self.settings.slides_way, folder=self.buckets / "slides", fetch=self._object,
            samples=APPS / "slides" / "samples", engine=Chosen(self.settings.slides_engine, lambda: self.models),
        )  # fmt: skip

    @part
    def queue(self) -> Queue:
        """Work that outlives the process: what is begun is ended, once."""
        from groundstone.stores.queue import Queue

        return Queue(self.settings.home / "work.db")

    @part
    def store(self) -> Store:
        from groundstone.stores.lance import LanceStore
        from groundstone.stores.sqlite import SqliteStore

        engine = LanceStore if self.settings.store == "lance" else SqliteStore
        return engine(self.settings.home / "knowledge")

    @part
    def conversations(self) -> Conversations:
        from groundstone.stores.conversations import Conversations

        return Conversations(self.settings.home / "conversations.db")

    def apps(self) -> list[App]:
        """The applications of this installation, by name."""
        return applications()

    def app(self, name: str) -> App:
        named = {app.name: app for app in self.apps()}
        if name not in named:
            raise NotFound(f"no application {name!r}; there are: {', '.join(named)}")
        return named[name]

    def install(self, app: App, principal: Principal = LOCAL) -> KnowledgeBase:
        """The application's knowledge base, made if it does not exist and brought to the app's present spec."""
        if app.knowledge_base not in self.knowledge_bases(principal):
            return self.create(app.spec, principal)
        kb = self.kb(app.knowledge_base, principal)
        wanted = replace(app.spec, sources=kb.spec.sources)  # those that people added to it stay
        if kb.spec.to_json() == wanted.to_json():
            return kb
        settings = replace(kb.collection.settings, schema=app.spec.schema, extra={"spec": wanted.to_json()})
        kb.collection.update_settings(principal, settings)
        return self.kb(app.knowledge_base, principal)

    def knowledge_bases(self, principal: Principal = LOCAL) -> list[str]:
        return self.store.names(principal)

    def kb(self, name: str, principal: Principal = LOCAL) -> KnowledgeBase:
        """An existing knowledge base. Raises NotFound."""
        try:
            collection = self.store.open(principal, name)
        except NotFound:
            raise _no_base(name) from None
        spec = KnowledgeSpec.from_json(collection.settings.extra["spec"])
        words = self.answer_model
        chat = self.models.bound(principal, words.name) if words else None
        places = {**self._places, "base": self.settings.home}
        return KnowledgeBase(principal, collection, spec, self.embed, chat, self._vocabularies, **places)

    @property
    def _places(self) -> dict[str, Any]:
        readers = Readers(lambda: self.documents, lambda: self.decks)
        return {"s3_endpoint": self.settings.s3_endpoint, "buckets": self.buckets, "readers": readers}

    def create(self, spec: KnowledgeSpec, principal: Principal = LOCAL) -> KnowledgeBase:
        """A new, empty knowledge base; ``sync`` fills it. Raises Conflict, InvalidInput, ConfigError, SourceError."""
        from groundstone.knowledge.infer import completed

        spec = completed(replace(spec, source=_absolute(spec.source), sources=tuple(map(_absolute, spec.sources))))
        made = CollectionSettings(spec.schema, DIMENSIONS, EMBEDDING_MODEL, {"spec": spec.to_json()})
        self.store.create(principal, spec.name, made)
        return self.kb(spec.name, principal)

    @contextmanager
    def scratch(self, spec: KnowledgeSpec, principal: Principal = LOCAL) -> Iterator[KnowledgeBase]:
        """An empty knowledge base in a temporary folder, which is gone when the block ends; nobody else sees it."""
        from groundstone.stores.sqlite import SqliteStore

        made = CollectionSettings(spec.schema, DIMENSIONS, EMBEDDING_MODEL, {"spec": spec.to_json()})
        with TemporaryDirectory(prefix="groundstone-") as folder, closing(SqliteStore(Path(folder))) as store:
            collection = store.create(principal, spec.name, made)
            yield KnowledgeBase(principal, collection, spec, self.embed, **self._places)

    def delete(self, name: str, principal: Principal = LOCAL) -> None:
        try:
            self.store.drop(principal, name)
        except NotFound:
            raise _no_base(name) from None

    def close(self) -> None:
        """Release files and connections. The platform cannot be used afterwards."""
        for part in CLOSED:
            if hasattr(made := self.__dict__.pop(part, None), "close"):
                made.close()

    def __enter__(self) -> Platform:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _absolute(source: SourceSpec) -> SourceSpec:
    fixed = source.kind == "s3" or not source.path
    return source if fixed else replace(source, path=str(Path(source.path).expanduser().absolute()))


def _no_base(name: str) -> NotFound:
    return NotFound(f"no knowledge base {name!r}; `groundstone kb list` shows those there are")
