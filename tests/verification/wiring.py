"""A platform whose only verification application reads and decides by the stand-ins."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groundstone.config import Settings
from groundstone.platform import Platform
from groundstone.verification.registry import Registry
from groundstone.verification.service import Verification
from groundstone.verification.spec import Spec
from groundstone.verification.steps import Parts
from tests.verification.standin import StandIn, decide, spec


class VerifyingPlatform(Platform):
    """``changes`` are those of the application, and the settings max_upload_mb and access_key."""

    def __init__(self, home: Path, reader: StandIn, **changes: Any) -> None:
        options = {name: changes.pop(name) for name in ("max_upload_mb", "access_key") if name in changes}
        super().__init__(Settings(home=home, threads=1, **options))

        def make(one: Spec) -> Verification:
            parts, own = Parts(lambda: reader, lambda: decide), home / "verification" / one.name
            return Verification(one, self.queue, parts, own, buckets=self.buckets, pause=lambda attempt: 0.01)

        self.__dict__["_verifying"] = Registry([spec(**changes)], make)
