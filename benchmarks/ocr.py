"""Pages a second, processor time, memory and accuracy of reading pictures, next to other engines.

    python benchmarks/ocr.py [--data FOLDER] [--pages 20] [--round 4] [--engines groundstone rapidocr ...]

``FOLDER`` holds scanned pages in ``img/`` and their words in ``box/`` (a line of text a row, after eight coordinates),
as the receipts of the ICDAR 2019 challenge do; without it pages are drawn. Every engine lives in a process of its own
and reads a few pages, then the next engine reads the same: whatever else the machine does meets all of them alike. An
engine that is not installed is named and left out.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ENGINES = ("groundstone", "rapidocr", "tesseract", "docling", "doctr")
PAGE = os.sysconf("SC_CLK_TCK")


@dataclass
class Engine:
    """A process that answers names of files with texts, and what it used."""

    name: str
    process: subprocess.Popen[str]
    wall: float = 0.0
    cpu: float = 0.0
    peak: int = 0  # bytes
    texts: list[str] = field(default_factory=list)

    def read(self, files: Sequence[Path]) -> list[str]:
        """The texts of some files, all handed over at once."""
        assert self.process.stdin
        assert self.process.stdout
        before, start, done = self._cpu(), time.perf_counter(), threading.Event()
        watch = threading.Thread(target=self._watch, args=(done,))
        watch.start()
        self.process.stdin.write(json.dumps([str(file) for file in files]) + "\n")
        self.process.stdin.flush()
        texts: list[str] = json.loads(self.process.stdout.readline())
        self.wall += time.perf_counter() - start
        self.cpu += self._cpu() - before
        done.set()
        watch.join()
        return texts

    def _watch(self, done: threading.Event) -> None:
        while not done.wait(0.05):
            self.peak = max(self.peak, sum(map(_memory, _family(self.process.pid))))

    def _cpu(self) -> float:
        return sum(map(_cpu_seconds, _family(self.process.pid)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--pages", type=int, default=20)
    parser.add_argument("--round", type=int, default=4)
    parser.add_argument("--engines", nargs="+", choices=ENGINES, default=ENGINES)
    parser.add_argument("--work", choices=ENGINES, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.work:
        _work(asked.work)
        return
    with tempfile.TemporaryDirectory() as folder:
        files, truths = _scans(asked.data, asked.pages) if asked.data else _drawn(Path(folder), asked.pages)
        engines = [_started(name) for name in asked.engines if _there(name)]
        _race(engines, files, asked.round)
        _table(engines, truths)


def _race(engines: list[Engine], files: list[Path], size: int) -> None:
    for engine in engines:
        engine.read(files[:1])  # loads the models
        engine.wall = engine.cpu = 0.0
        engine.peak = 0
    for number, start in enumerate(range(0, len(files), size)):
        order = engines[number % len(engines) :] + engines[: number % len(engines)]
        for engine in order:
            engine.texts += engine.read(files[start : start + size])
    for engine in engines:
        engine.process.terminate()
        engine.process.wait()


def _table(engines: list[Engine], truths: list[str]) -> None:
    print(f"{len(truths)} pages, {len(os.sched_getaffinity(0))} processors\n")
    print("| engine | pages/s | CPU s/page | peak memory | word F1 | character F1 |\n|---|---|---|---|---|---|")
    for engine in engines:
        pairs = list(zip(engine.texts, truths, strict=True))
        words = sum(_f1(_words(text), _words(truth)) for text, truth in pairs) / len(pairs)
        letters = sum(_f1(_grams(text), _grams(truth)) for text, truth in pairs) / len(pairs)
        print(
            f"| {engine.name} | {len(truths) / engine.wall:.2f} | {engine.cpu / len(truths):.2f} "
            f"| {engine.peak / 2**20:.0f} MiB | {words:.3f} | {letters:.3f} |"
        )


def _there(name: str) -> bool:
    found = shutil.which("tesseract") if name == "tesseract" else find_spec(name)
    if not found:
        print(f"{name} is not installed here and left out")
    return bool(found)


def _started(name: str) -> Engine:
    command = [sys.executable, __file__, "--work", name]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    return Engine(name, subprocess.Popen(command, text=True, **pipes))  # type: ignore[call-overload]


def _work(name: str) -> None:
    """The engine's own process. What engines print must not meet the answers."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    read = {
        "groundstone": _groundstone,
        "rapidocr": _rapidocr,
        "tesseract": _tesseract,
        "docling": _docling,
        "doctr": _doctr,
    }[name]()
    for line in sys.stdin:
        print(json.dumps(read(json.loads(line))), file=answers, flush=True)


Read = Callable[[list[str]], list[str]]


def _groundstone() -> Read:
    from concurrent.futures import ThreadPoolExecutor

    from groundstone.documents.reader import Reader

    reader, threads = Reader(), ThreadPoolExecutor(len(os.sched_getaffinity(0)))
    return lambda files: list(threads.map(lambda file: reader.read(Path(file).read_bytes()).text, files))


def _rapidocr() -> Read:
    from rapidocr import RapidOCR

    engine = RapidOCR()

    def text(file: str) -> str:
        return "\n".join(engine(file).txts or ())

    return lambda files: [text(file) for file in files]


def _tesseract() -> Read:
    def text(file: str) -> str:
        return subprocess.run(["tesseract", file, "-", "--psm", "3"], capture_output=True, text=True, check=True).stdout

    return lambda files: [text(file) for file in files]


def _docling() -> Read:
    from docling.document_converter import DocumentConverter

    converter = DocumentConverter()
    return lambda files: [converter.convert(file).document.export_to_text() for file in files]


def _doctr() -> Read:
    from doctr.io import DocumentFile
    from doctr.models import ocr_predictor

    predictor: Any = ocr_predictor(pretrained=True)
    return lambda files: [predictor(DocumentFile.from_images([file])).render() for file in files]


def _scans(folder: Path, count: int) -> tuple[list[Path], list[str]]:
    """Scanned pages spread over the folder, and their texts."""
    files = sorted((folder / "img").iterdir())
    files = files[:: max(1, len(files) // count)][:count]
    return files, [_box_text(folder / "box" / f"{file.stem}.csv") for file in files]


def _box_text(file: Path) -> str:
    rows = file.read_text(encoding="utf-8", errors="replace").splitlines()
    return "\n".join(row.split(",", 8)[8] for row in rows if row.count(",") >= 8)


def _drawn(folder: Path, count: int) -> tuple[list[Path], list[str]]:
    """Pages of made-up words and numbers in letters of several sizes."""
    from PIL import Image, ImageDraw, ImageFont

    chance, files, truths = random.Random(7), [], []
    for number in range(count):
        image = Image.new("RGB", (1240, 1754), "white")
        draw, y, lines = ImageDraw.Draw(image), 80, []
        while y < 1600:
            size = chance.choice((20, 24, 30))
            lines.append(" ".join(_word(chance) for _ in range(chance.randint(1, 7))))
            draw.text((chance.choice((90, 150, 500)), y), lines[-1], fill="black", font=ImageFont.load_default(size))
            y += size + chance.randint(14, 40)
        files.append(folder / f"{number:03}.png")
        image.save(files[-1])
        truths.append("\n".join(lines))
    return files, truths


def _word(chance: random.Random) -> str:
    if chance.random() < 0.3:
        return f"{chance.randint(0, 9999)}.{chance.randint(10, 99)}"
    return "".join(chance.choice("bcdfglmnprst") + chance.choice("aeiou") for _ in range(chance.randint(2, 4)))


def _words(text: str) -> Counter[str]:
    return Counter(text.casefold().split())


def _grams(text: str) -> Counter[str]:
    """Runs of three letters or digits, whatever stands between them."""
    plain = re.sub(r"[\W_]+", "", text.casefold())
    return Counter(plain[start : start + 3] for start in range(len(plain) - 2))


def _f1(one: Counter[str], other: Counter[str]) -> float:
    return 2 * (one & other).total() / max(1, one.total() + other.total())


def _family(pid: int) -> Iterator[int]:
    """A process and those that it started, as the system lists them."""
    yield pid
    with suppress(OSError):
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from _family(int(child))


def _memory(pid: int) -> int:
    """Bytes that a process uses, what it shares divided among the sharers."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    return 0


def _cpu_seconds(pid: int) -> float:
    """Of a process and of those of its children that have ended."""
    with suppress(OSError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / PAGE
    return 0.0


if __name__ == "__main__":
    main()
