"""The custom models of an installation: trained, listed, used and deleted, each by callers of its own tenant only."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from groundstone.errors import Conflict
from groundstone.identity import Principal
from groundstone.models.base import Chat, Embed, ModelInfo
from groundstone.models.custom import Classifier, ClassifierChat
from groundstone.models.custom_files import CustomFiles, CustomModel
from groundstone.models.custom_train import Progress, Wish, train
from groundstone.models.examples import Example, decode_examples, prepared, read_examples

Source = Path | Iterable[Example]  # a JSONL file, or examples
Trained = list[CustomModel]  # in the class below, "list" is a method
Infos = list[ModelInfo]
Lines = list[Example]


class CustomModels:
    """One folder of custom models.

    Args:
        root: usually ``<home>/custom``.
        embed: gives the embedding model.
        chat: gives the chat model of a name, for few-shot models; its caller may be of the given tenant.
        reserved: whether a name means another model already.
    """

    def __init__(
        self,
        root: Path,
        embed: Callable[[], Embed],
        chat: Callable[[Principal, str], Chat],
        reserved: Callable[[str], bool],
    ) -> None:
        self._files, self._embed, self._chat, self._reserved = CustomFiles(root), embed, chat, reserved
        self._loaded: dict[tuple[str, str], tuple[tuple[int, int], Classifier]] = {}
        self._loading = threading.Lock()

    def train(
        self,
        caller: Principal,
        name: str,
        examples: Source,
        *,
        method: Wish = "auto",
        test: Source | None = None,
        chat: str = "",
        replace_old: bool = False,
        progress: Progress | None = None,
        stop: threading.Event | None = None,
    ) -> CustomModel:
        """See ``custom_train.train``. ``chat`` names the chat model of "few-shot", which "auto" then tries too.

        Raises InvalidInput, LimitExceeded, Conflict (also when ``stop`` is set meanwhile), NotFound, ModelError.
        """
        self.check_name(caller, name, replace_old)
        return train(
            _read(examples),
            self._embed(),
            self._chat(caller, chat) if chat else None,
            method=method,
            name=name,
            tenant=caller.tenant,
            folder=self._files.root,
            test=None if test is None else _read(test),
            replace_old=replace_old,
            progress=progress,
            stop=stop,
        )

    def check_name(self, caller: Principal, name: str, replace_old: bool = False) -> None:
        """Raises InvalidInput for a name that cannot be used, Conflict for one that is taken."""
        if self._reserved(name):
            raise Conflict(f"{name!r} is the name of another model; choose one of your own")
        try:
            self._files.check_free(name, caller.tenant)
        except Conflict:
            if not replace_old:
                raise

    def read(self, data: bytes, where: str) -> Lines:
        """Examples of a JSONL file, named ``where`` in errors. Raises InvalidInput, LimitExceeded."""
        return decode_examples(data, where)

    def check_examples(self, examples: Lines) -> None:
        """Raises InvalidInput, LimitExceeded for examples that no model can be trained on."""
        prepared(examples)

    def list(self, caller: Principal) -> Trained:
        return self._files.list(caller.tenant)

    def infos(self, tenant: str) -> Infos:
        """As models among the others; one that is damaged is left out, and the log says so."""
        return [model.info for model in self._files.readable(tenant)]

    def find(self, caller: Principal, name: str) -> CustomModel:
        """Raises NotFound."""
        return self._files.find(name, caller.tenant)

    def delete(self, caller: Principal, name: str) -> None:
        """Raises NotFound."""
        self._files.delete(name, caller.tenant)
        self._loaded.pop((caller.tenant, name), None)

    def classifier(self, caller: Principal, name: str) -> Classifier:
        """Loaded at the first call, and again after each training. Raises NotFound, WeightsCorrupt, ConfigError."""
        key, stamp = (caller.tenant, name), self._files.stamp(name, caller.tenant)
        with self._loading:
            if key not in self._loaded or self._loaded[key][0] != stamp:
                model = self._files.find(name, caller.tenant)
                chat = self._chat(caller, model.chat) if model.chat else None
                self._loaded[key] = stamp, Classifier(model, self._embed(), chat)
            found = self._loaded[key][1]
        return found.asking(self._chat(caller, found.model.chat)) if found.model.chat else found

    def engine(self, info: ModelInfo) -> ClassifierChat:
        """The engine object behind a model of ``infos``."""
        nobody = Principal("", info.tenant or "")
        return ClassifierChat(
            info.name,
            lambda: self.classifier(nobody, info.name),
            lambda caller: self.classifier(caller, info.name),
        )


def _read(source: Source) -> Iterable[Example]:
    return read_examples(source) if isinstance(source, Path) else source
