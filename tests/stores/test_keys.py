from __future__ import annotations

import os
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from groundstone.errors import InvalidInput, NotFound, StoreError
from groundstone.identity import LOCAL, Limits
from groundstone.stores.keys import Keys

FULL = Limits(money_per_month=5.0, tokens_per_day=1000, requests_per_minute=60)


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path / "home" / "keys.db")


def test_a_new_key_is_found_with_all_that_was_said_about_it(keys: Keys) -> None:
    made = keys.create(name="laptop", user="ana", tenant="acme", groups=["hr", "it", "hr"], limits=FULL, admin=True)
    found = keys.get(made.key.id)
    assert found == made.key
    assert (found.name, found.user, found.tenant, found.groups) == ("laptop", "ana", "acme", {"hr", "it"})
    assert (found.limits, found.admin, found.disabled, found.last_used) == (FULL, True, False, None)
    assert keys.limits(found.id) == FULL
    assert found.principal.key == found.id
    assert found.principal.groups == {"hr", "it"}


def test_without_more_said_a_key_stands_for_the_local_user_and_has_no_limits(keys: Keys) -> None:
    key = keys.create().key
    assert key.principal == LOCAL
    assert key.limits == Limits()
    assert not key.admin


def test_ids_and_secrets_have_the_form_of_those_of_aws(keys: Keys) -> None:
    made = keys.create()
    assert len(made.key.id) == 20
    assert made.key.id.startswith("GS")
    assert made.key.id[2:].isalnum()
    assert made.key.id.isupper()
    assert len(made.secret) == 40
    assert made.secret.isalnum()
    assert made.bearer == f"gs-{made.key.id}-{made.secret}"


def test_the_secret_is_in_no_repr(keys: Keys) -> None:
    made = keys.create()
    assert made.secret not in repr(made)
    assert made.secret not in repr(made.key)
    assert made.secret not in repr(keys)


def test_the_bearer_form_is_recognised_and_nothing_near_it(keys: Keys) -> None:
    made, other = keys.create(), keys.create()
    assert keys.by_bearer(made.bearer) == made.key
    near = [
        made.bearer[:-1], made.bearer + "x", made.bearer.lower(), made.secret, "", "gs-", "gs--",
        f"gs-{other.key.id}-{made.secret}", f"gs-{made.key.id}", f"gs-{made.key.id}-", f"gs-{made.key.id}-ü\ud800",
    ]  # fmt: skip
    assert [keys.by_bearer(token) for token in near] == [None] * len(near)


def test_rotating_makes_the_old_secret_worthless(keys: Keys) -> None:
    made = keys.create(limits=FULL)
    again = keys.rotate(made.key.id)
    assert again.key == made.key
    assert again.secret != made.secret
    assert keys.by_bearer(made.bearer) is None
    assert keys.by_bearer(again.bearer) == made.key


def test_disable_enable_limit_rename_and_delete(keys: Keys) -> None:
    key = keys.create().key.id
    assert keys.disable(key).disabled
    assert not keys.enable(key).disabled
    assert keys.limit(key, FULL).limits == FULL
    assert keys.limit(key, Limits()).limits == Limits()
    assert keys.rename(key, "phone").name == "phone"
    keys.delete(key)
    assert keys.find(key) is None
    assert keys.limits(key) is None
    assert keys.secret(key) is None
    assert not keys.any()


def test_what_does_not_exist_is_said_so(keys: Keys) -> None:
    for call in (keys.get, keys.disable, keys.enable, keys.rotate, keys.delete):
        with pytest.raises(NotFound, match="GSNOTHING"):
            call("GSNOTHING")


@pytest.mark.parametrize("given", [
    {"user": ""}, {"tenant": " "}, {"groups": [""]}, {"name": "x" * 101}, {"user": "a\nb"},
    {"limits": Limits(money_per_month=-1)}, {"limits": Limits(money_per_month=float("nan"))},
    {"limits": Limits(tokens_per_day=2**60)}, {"groups": [str(n) for n in range(101)]},
])  # fmt: skip
def test_unusable_values_are_refused(keys: Keys, given: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        keys.create(**given)  # type: ignore[arg-type]
    assert not keys.any()


def test_the_list_is_that_of_one_tenant_or_of_all(keys: Keys) -> None:
    first, second, third = (keys.create(tenant=name).key for name in ("a", "b", "a"))
    assert keys.list() == [first, second, third]
    assert keys.list("a") == [first, third]
    assert keys.list("c") == []


def test_only_the_owner_of_the_files_can_read_them(keys: Keys) -> None:
    keys.create()
    files = sorted(keys.path.parent.iterdir())
    assert [path.name for path in files] == ["keys.db", "keys.db-shm", "keys.db-wal"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    path.touch(mode=0o644)
    path.chmod(0o644)
    Keys(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_deleted_secret_is_gone_from_the_file(keys: Keys) -> None:
    made = keys.create()
    keys.delete(made.key.id)
    keys.close()
    assert not any(made.secret.encode() in path.read_bytes() for path in keys.path.parent.iterdir())


def test_a_change_by_another_process_is_seen_by_the_next_lookup(keys: Keys) -> None:
    made = keys.create()
    assert keys.by_bearer(made.bearer) is not None
    code = "import sys; from pathlib import Path; from groundstone.stores.keys import Keys; "
    code += "keys = Keys(Path(sys.argv[1])); keys.disable(sys.argv[2]); keys.close()"
    subprocess.run([sys.executable, "-c", code, str(keys.path), made.key.id], check=True, env=os.environ)
    assert keys.get(made.key.id).disabled


def test_use_is_noted_at_most_once_a_minute(keys: Keys) -> None:
    key = keys.create().key.id
    assert keys.is_due(key)
    keys.touch(key)
    assert not keys.is_due(key)
    assert keys.get(key).last_used is not None


def test_a_damaged_file_is_reported_without_its_content(tmp_path: Path) -> None:
    path = tmp_path / "keys.db"
    path.write_bytes(b"no database at all, but secret " * 100)
    with pytest.raises(StoreError, match=r"keys\.db") as caught:
        Keys(path)
    assert "secret" not in str(caught.value)


def test_lookups_in_many_threads_while_keys_change(keys: Keys) -> None:
    stable = keys.create()

    def look(_: int) -> bool:
        return all(keys.by_bearer(stable.bearer) is not None and keys.any() for _ in range(50))

    def change(_: int) -> bool:
        made = keys.create()
        keys.rotate(made.key.id)
        keys.delete(made.key.id)
        return keys.find(made.key.id) is None

    with ThreadPoolExecutor(8) as pool:
        looked, changed = pool.map(look, range(16)), pool.map(change, range(8))
        assert all(looked)
        assert all(changed)
    assert keys.list() == [stable.key]
