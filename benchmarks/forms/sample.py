"""Samples: a form with its picture, what truly stands on it, and questions with their right answers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchmarks.forms.damage import LEVELS, Damage, plan
from benchmarks.forms.form import Form
from benchmarks.forms.group import lines_of
from benchmarks.forms.layouts import ALL, Layout
from benchmarks.forms.sheet import Sheet, Written, around
from benchmarks.forms.wording import asking, kind, question, wording
from PIL import Image

from groundstone.documents.base import Line, Mark, Page, Place, Reading, Ruling, Word


@dataclass(frozen=True)
class Question:
    """A question to a form. ``answer`` is None where the form does not say; ``place`` is then None as well.

    ``field`` names what is asked, as in wording.toml; ``kind`` is that of its values: "name", "date", "money", ...
    """

    text: str
    field: str
    kind: str
    answer: str | None
    place: Place | None


@dataclass(frozen=True)
class Sample:
    """``truth`` is what a perfect reader would read of ``picture``, its lines joined as a detector joins them."""

    id: str
    layout: str
    family: str
    language: str
    level: int
    split: str
    questions: tuple[Question, ...]
    sheet: Sheet
    damage: Damage

    @cached_property
    def picture(self) -> Image.Image:
        """The damaged picture; drawn when it is first asked for."""
        return self.damage.apply(self.sheet.picture())

    @cached_property
    def truth(self) -> Reading:
        lines = tuple(self.line(words) for words in lines_of(self.sheet.words))
        sheet, damage = self.sheet, self.damage
        marks = tuple(Mark(tick.checked, 1.0, damage.place(tick.rect)) for tick in sheet.ticks)
        rulings = tuple(Ruling(damage.point(x1, y1), damage.point(x2, y2)) for x1, y1, x2, y2 in sheet.rulings)
        turned = damage.rotation(sheet.width, sheet.height)
        page = Page(1, damage.width, damage.height, lines, turned, marks, rulings)
        return Reading("image/png", (page,), 1)

    def line(self, words: Sequence[Written]) -> Line:
        """Words of the sheet as a line of the picture."""
        made = tuple(Word(word.text, 1.0, self.damage.place(word.rect)) for word in words)
        text, rect = " ".join(word.text for word in words), around([word.rect for word in words])
        return Line(text, 1.0, self.damage.place(rect), made)


def samples(
    split: str, seed: int, count: int, levels: Sequence[int] = LEVELS, families: Sequence[str] = ()
) -> Iterator[Sample]:
    """``count`` samples of the layouts of a split ("train", "dev" or "all"), the same for the same seed.

    The layouts take turns, so that a few dozen samples show them all. Places depend on the fonts of the machine.
    """
    layouts = [one for one in ALL if split in {"all", one.split} and (not families or one.family in families)]
    for n in range(count):
        rng = random.Random(f"{split} {seed} {n}")
        yield _sample(rng, f"{split}-{seed}-{n}", layouts[n % len(layouts)], rng.choice(list(levels)))


def _sample(rng: random.Random, name: str, layout: Layout, level: int) -> Sample:
    language = rng.choice(layout.languages)
    form = Form(rng, layout.family, language, layout.width, layout.height, layout.kind, layout.scale)
    layout.fill(form)
    form.crop()
    sheet = form.sheet
    damage = plan(rng, level, sheet.width, sheet.height)
    asked = _questions(form, damage)
    return Sample(name, layout.name, layout.family, language, level, layout.split, asked, sheet, damage)


def _questions(form: Form, damage: Damage) -> tuple[Question, ...]:
    """Four to ten questions; about one in five asks for what is not there."""
    rng, family, language = form.rng, form.family, form.language
    _stand_in(form)
    present = [field for field in form.answers if field in wording()]
    absent = _absent(form)
    count = min(rng.randrange(4, 11), len(present) + 1)
    missing = min(len(absent), max(1, round(count * 0.2)) if rng.random() < 0.9 else 0)
    made = []
    for field in rng.sample(present, min(len(present), count - missing)):
        answer, rect = form.answers[field]
        made.append(Question(question(rng, field, language, family), field, kind(field), answer, damage.place(rect)))
    vain = [field for field in form.vain if field not in form.answers]
    wanted = rng.sample(vain, min(len(vain), missing)) if rng.random() < 0.6 else []
    others = [field for field in absent if field not in wanted]
    for field in [*wanted, *rng.sample(others, min(len(others), missing))][:missing]:
        made.append(Question(question(rng, field, language, family), field, kind(field), None, None))
    rng.shuffle(made)
    return tuple(made)


def _stand_in(form: Form) -> None:
    """A passport's number answers for the document's where it is the only number of that kind on the form."""
    rivals = set(asking()["unclear"]["document_number"].split()) | {"document_number"}
    if rivals & set(form.answers) == {"passport_number"} and form.rng.random() < 0.5:
        form.answer("document_number", *form.answers["passport_number"])


def _absent(form: Form) -> list[str]:
    """Fields that are blank or not on the form, and that nothing else on it would fairly answer."""
    there = set(form.answers) | form.mentioned
    fields = [*sorted(form.blank), *asking()["absent"][form.family].split()]
    left = [field for field in dict.fromkeys(fields) if field in wording() and field not in there]
    return [field for field in left if not set(asking()["unclear"].get(field, "").split()) & there]
