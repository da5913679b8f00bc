"""The whole way with the real reader and the real rules: a drawn card in, a decision with its places out."""

from __future__ import annotations

import csv
import io
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from groundstone.applications import APPS
from groundstone.config import Settings
from groundstone.identity import LOCAL
from groundstone.platform import Platform
from groundstone.stores.queue import Queue
from groundstone.verification.service import Verification
from groundstone.verification.spec import Privacy, Spec, load_all, rules_of
from groundstone.verification.steps import Parts
from tests.verification.standin import until

LINES = {
    "Name": "Maria Keller",
    "Date of Birth": "1975-03-21",
    "Vaccination Status": "Fully Vaccinated",
    "Document Number": "K7345512",
}
MARIA = {"name": "Maria Keller", "date_of_birth": "1975-03-21", "travel_date": "2027-01-31"}


def card() -> bytes:
    image = Image.new("RGB", (1000, 640), "white")
    draw = ImageDraw.Draw(image)
    draw.text((60, 40), "Vaccination Certificate", fill="black", font=ImageFont.load_default(44))
    for number, (label, value) in enumerate(LINES.items()):
        font = ImageFont.load_default(30)
        draw.text((60, 160 + 90 * number), f"{label}:", fill="black", font=font)
        draw.text((440, 160 + 90 * number), value, fill="black", font=font)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@contextmanager
def opened(home: Path, spec: Spec) -> Iterator[Verification]:
    queue = Queue(home / "work.db")
    with Platform(Settings(home=home, threads=1)) as platform:
        parts = Parts(lambda: platform.documents, lambda: rules_of(spec).decide)
        made = Verification(spec, queue, parts, home / "verification" / spec.name, buckets=platform.buckets, threads=1)
        yield made
        made.close()
    queue.close()


def test_a_drawn_card_is_read_decided_written_and_redacted(tmp_path: Path) -> None:
    (shipped,) = [spec for spec in load_all(APPS, tmp_path / "verification") if spec.name == "vaccination"]
    spec = Spec(shipped.name, shipped.queries, shipped.rules, shipped.more, privacy=Privacy("redact"), bucket="cards")
    with opened(tmp_path, spec) as at_work:
        case = at_work.submit(LOCAL, card(), "card.png", traveller=MARIA, wait=60)
        assert (case.state, case.failure) == ("done", "")
        assert case.media_type == "image/png"
        rows = list(csv.reader(io.StringIO(at_work.table(LOCAL, case.id))))
        assert [row[6] for row in rows] == ["Maria Keller", "Fully Vaccinated", "1975-03-21", "K7345512"]
        assert [row[4] for row in rows] == [query.alias for query in spec.queries]
        assert case.decision is not None
        told = {reason.rule: reason.passed for reason in case.decision.reasons}
        assert told["fully vaccinated"] is True
        assert told["name of the traveller"] is True
        picture = Image.open(io.BytesIO(at_work.picture(LOCAL, case.id))).convert("L")
        place = case.findings[0].answer.region.place.box if case.findings[0].answer else None
        assert place is not None
        middle = (place.left + place.width / 2) * picture.width, (place.top + place.height / 2) * picture.height
        assert picture.getpixel((int(middle[0]), int(middle[1]))) < 30  # type: ignore[operator]

        assert at_work.folder is not None
        at_work.folder.mkdir(parents=True)
        for name, data in (("empty.png", b""), ("cut.png", card()[:300]), ("text.jpg", b"no picture at all")):
            (at_work.folder / name).write_bytes(data)
            os.utime(at_work.folder / name, (time.time() - 60,) * 2)
        at_work.start()
        until(lambda: at_work.progress(LOCAL).dead == 3, 60)
        assert all(case.failure for case in at_work.cases(LOCAL, state="dead"))
