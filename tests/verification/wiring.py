"""A platform with the vaccination application whose reader is the stand-in."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groundstone.config import Settings
from groundstone.documents.rules.base import Decide
from groundstone.platform import Platform
from groundstone.verification.service import Verification
from groundstone.verification.spec import Spec
from groundstone.verification.steps import Parts
from tests.verification.standin import StandIn, decide, spec


class VerifyingPlatform(Platform):
    """Only what reads and decides is replaced."""

    def __init__(self, home: Path, reader: StandIn, **changes: Any) -> None:
        options = {name: changes.pop(name) for name in ("max_upload_mb", "access_key") if name in changes}
        super().__init__(Settings(home=home, threads=1, **options))
        self.reader, self.changes, self.made = reader, changes, {}

    def verifications(self) -> list[Spec]:
        return [spec(**self.changes)]

    def verification(self, name: str) -> Verification:
        from groundstone.stores.queue import Queue
        from groundstone.verification.registry import Registry

        if not self.made:
            queue = Queue(self.settings.home / "work.db")
            home = self.settings.home / "verification"

            def rules() -> Decide:
                return decide

            def make(one: Spec) -> Verification:
                parts = Parts(lambda: self.reader, rules)
                return Verification(
                    one, queue, parts, home / one.name, buckets=self.buckets, pause=lambda attempt: 0.01
                )

            self.made = {"registry": Registry(self.verifications(), make), "queue": queue}
        found: Verification = self.made["registry"].open(name)
        return found

    def close(self) -> None:
        for part in self.made.values():
            part.close()
        super().close()
