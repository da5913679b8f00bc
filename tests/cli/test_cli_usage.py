"""``groundstone models list`` and ``groundstone usage``: the catalogue and the ledger on a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundstone.records import Call
from groundstone.stores.ledger import Ledger

from .conftest import Run


def fill(home: Path) -> None:
    ledger = Ledger(home / "ledger.db")
    now = datetime.now(UTC)
    for time, model in ((now, "llama"), (now, "llama"), (now, "minilm"), (now - timedelta(days=90), "old")):
        ledger.record(Call(time, "local", "ana", "GS1", "chat", "default", model, 1000, 20, 0.5, seconds=1.5))
    ledger.record(Call(now, "acme", "bo", "", "chat", "default", "theirs"))
    ledger.close()


def test_the_catalogue_is_shown(run: Run, home: Path) -> None:
    home.mkdir()
    own = '[engines.lab]\nkind = "openai"\nurl = "http://127.0.0.1:9/v1"\n[models.big]\nengine = "lab"\ntask = "chat"\n'
    (home / "catalog.toml").write_text(own + 'price_input = 2.5\naliases = ["huge"]\n', encoding="utf-8")
    short = run("models", "list").out.splitlines()
    assert short[0].split() == ["name", "task", "engine", "there", "words", "answers"]
    assert any(line.split()[:4] == ["all-minilm-l6-v2", "embed", "embedded", "weights"] for line in short)
    assert any(line.split()[:4] == ["big", "chat", "lab", "yes"] for line in short)
    full = run("models", "list", "--long").out
    assert "amazon.titan-embed-text-v1" in full
    assert "2.5 / 0 USD" in full
    assert "huge" in full


def test_weights_that_are_there_make_a_model_usable(run: Run, home_with_weights: Path) -> None:
    lines = run("models", "list").out.splitlines()
    assert any(line.split()[:4] == ["all-minilm-l6-v2", "embed", "embedded", "yes"] for line in lines)
    assert any(line.split()[:4] == ["minilm-rerank", "rerank", "embedded", "yes"] for line in lines)


def test_a_mistake_in_the_catalogue_is_one_line(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "catalog.toml").write_text("[models.x]\nengine = 'none'\ntask = 'chat'\n", encoding="utf-8")
    shown = run("models", "list")
    assert (shown.status, shown.out) == (1, "")
    assert "catalog.toml: [models.x] runs on engine 'none'" in shown.err


def test_a_server_with_a_mistaken_catalogue_does_not_start(run: Run, home: Path) -> None:
    home.mkdir()
    (home / "catalog.toml").write_text('[models.big]\nengine = "gpu"\ntask = "chat"\n', encoding="utf-8")
    done = run("serve", "--port", "0")
    assert (done.status, done.out) == (1, "")
    assert "[models.big] runs on engine 'gpu'" in done.err


@pytest.mark.parametrize(
    ("engine", "lacks"),
    [
        ('kind = "openai"\nurl = "http://gpu.test/v1"\napi_key_env = "NO_SUCH_KEY"', "NO_SUCH_KEY is not set"),
        ('kind = "llamacpp"\npath = "/no/such.gguf"', "the file is missing"),
    ],
)
def test_what_a_model_lacks_is_listed(run: Run, home: Path, engine: str, lacks: str) -> None:
    home.mkdir()
    text = f'[engines.gpu]\n{engine}\n[models.big]\nengine = "gpu"\ntask = "chat"\n'
    (home / "catalog.toml").write_text(text, encoding="utf-8")
    (line,) = [line for line in run("models", "list").out.splitlines() if line.startswith("big")]
    assert lacks in line


def test_nothing_used_is_said(run: Run) -> None:
    assert run("usage").out.startswith("Nothing was used since ")


def test_use_is_summed_up(run: Run, home: Path) -> None:
    fill(home)
    lines = [line.split() for line in run("usage").out.splitlines()]
    assert lines[0][:2] == ["model", "calls"]
    assert lines[1][:6] == ["llama", "2", "0", "2,000", "40", "1.0000"]
    assert [line[0] for line in lines[1:]] == ["llama", "minilm"]
    assert "old" in run("usage", "--days", "100").out
    assert run("usage", "--by", "key").out.splitlines()[1].startswith("GS1")
    assert "theirs" in run("usage", "--tenant", "acme").out
    assert len(run("usage", "--by", "day", "--since", "2020-01-01").out.splitlines()) == 3


def test_use_is_there_as_json(run: Run, home: Path) -> None:
    fill(home)
    found = json.loads(run("usage", "--json").out)
    assert (found["currency"], found["by"]) == ("USD", "model")
    assert found["totals"][0]["latency"]["p50"] == 1.5


def test_two_beginnings_are_refused(run: Run) -> None:
    assert run("usage", "--since", "2026-01-01", "--days", "3").status == 2
