from __future__ import annotations

import re
from pathlib import Path

from groundstone.identity import Limits
from groundstone.stores.keys import Keys

from .conftest import Run


def made(run: Run, *options: object) -> dict[str, str]:
    shown = run("keys", "create", *options)
    assert shown.status == 0, shown.err
    return dict(re.findall(r"^(id|secret|bearer) +(\S+)$", shown.out, re.MULTILINE))


def test_a_new_key_is_shown_once_with_the_lines_that_use_it(run: Run, home: Path) -> None:
    shown = run("keys", "create", "--name", "laptop", "--user", "ana", "--group", "hr", "--group", "it", "--admin")
    key = dict(re.findall(r"^(id|secret|bearer) +(\S+)$", shown.out, re.MULTILINE))
    assert key["bearer"] == f"gs-{key['id']}-{key['secret']}"
    assert f"export AWS_ACCESS_KEY_ID={key['id']}\n" in shown.out
    assert f"export AWS_SECRET_ACCESS_KEY={key['secret']}\n" in shown.out
    assert f"export OPENAI_API_KEY={key['bearer']}\n" in shown.out
    keys = Keys(home / "keys.db")
    found = keys.by_bearer(key["bearer"])
    keys.close()
    assert found is not None
    assert (found.name, found.user, found.tenant, found.groups) == ("laptop", "ana", "local", {"hr", "it"})
    assert found.admin
    listed = run("keys", "list").out
    assert key["id"] in listed
    assert "laptop" in listed
    assert key["secret"] not in listed


def test_limits_are_given_shown_and_replaced(run: Run, home: Path) -> None:
    key = made(run, "--budget", "5.00", "--tokens-per-day", 1000, "--requests-per-minute", 60)["id"]
    assert "5 a month, 1000 tokens a day, 60 requests a minute" in run("keys", "list").out
    assert run("keys", "limit", key, "--tokens-per-day", 7).out == f"{key}: 7 tokens a day\n"
    keys = Keys(home / "keys.db")
    assert keys.limits(key) == Limits(tokens_per_day=7)
    keys.close()
    assert run("keys", "limit", key).out == f"{key}: none\n"


def test_a_key_is_disabled_enabled_rotated_and_deleted(run: Run) -> None:
    key = made(run)
    assert run("keys", "disable", key["id"]).out == f"{key['id']}: disabled\n"
    assert "disabled" in run("keys", "list").out
    assert run("keys", "enable", key["id"]).out == f"{key['id']}: enabled\n"
    rotated = run("keys", "rotate", key["id"]).out
    assert key["id"] in rotated
    assert key["secret"] not in rotated
    assert run("keys", "delete", key["id"], "--yes").out == f"{key['id']}: deleted\n"
    assert key["id"] not in run("keys", "list").out


def test_an_unknown_key_and_unusable_values_are_one_line_each(run: Run) -> None:
    told = run("keys", "disable", "GSNOTHING")
    assert (told.status, told.err) == (1, "groundstone: no access key 'GSNOTHING'\n")
    assert run("keys", "create", "--user", " ").err == "groundstone: a user has 1 to 100 printable characters\n"
    assert run("keys", "create", "--budget", "-1").status == 2
    assert run("keys", "create", "--budget", "nan").status != 0
