"""Two tenants with knowledge bases of one name never meet, by boto3."""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from .knowledge_case import Clients, clients_of, platform_at, write_films


def test_two_tenants_never_meet(tmp_path: Path) -> None:
    write_films(tmp_path / "buckets" / "films")
    with platform_at(tmp_path) as platform, clients_of(platform) as anonymous:
        north, south = (platform.keys.create(user="u", tenant=name, admin=True) for name in ("north", "south"))
        ana = Clients(anonymous.address, north.key.id, north.secret)
        ben = Clients(anonymous.address, south.key.id, south.secret)
        base = ana.base("shared-name")
        source = ana.bucket_source(base, "films")
        ana.synced(base, source)
        other = ben.base("shared-name")
        assert base != other
        assert [one["knowledgeBaseId"] for one in ben.agent.list_knowledge_bases()["knowledgeBaseSummaries"]] == [other]
        for refused in (
            lambda: ben.agent.get_knowledge_base(knowledgeBaseId=base),
            lambda: ben.agent.get_data_source(knowledgeBaseId=base, dataSourceId=source),
            lambda: ben.agent.get_data_source(knowledgeBaseId=other, dataSourceId=source),
            lambda: ben.agent.start_ingestion_job(knowledgeBaseId=base, dataSourceId=source),
            lambda: ben.agent.delete_knowledge_base(knowledgeBaseId=base),
            lambda: ben.found(base, "film"),
            lambda: ben.answer(base, "film"),
        ):
            with pytest.raises(ClientError, match="ResourceNotFound"):
                refused()
        assert ben.found(other, "film") == []
        plain = platform.keys.create(user="v", tenant="north")
        with pytest.raises(ClientError, match="AccessDenied"):  # the server's buckets are not for everybody
            Clients(anonymous.address, plain.key.id, plain.secret).bucket_source(base, "films", "mine")
        session = ana.answer(base, "Who directed Jaws?")["sessionId"]
        with pytest.raises(ClientError, match="not valid"):
            ben.answer(other, "Who directed Jaws?", session=session)
