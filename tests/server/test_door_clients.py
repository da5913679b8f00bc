"""Unmodified clients at the door: boto3 with a key and with a bearer token, openai, each before and after a key."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import boto3
import openai
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from groundstone.config import Settings
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.models.fakes import FakeEmbed
from groundstone.platform import EMBEDDING_MODEL, Platform
from groundstone.server.app import create_app
from groundstone.stores.keys import IssuedKey

from .live import serving

TLS_SERVER = """
import socket, sys, uvicorn
from pathlib import Path
from groundstone.config import Settings
from groundstone.platform import Platform
from groundstone.server.app import create_app
app = create_app(Platform(Settings(home=Path(sys.argv[1]))))
listener = socket.create_server(("127.0.0.1", 0))
print(f"https://127.0.0.1:{listener.getsockname()[1]}", flush=True)
config = uvicorn.Config(app, log_level="error", ssl_certfile=sys.argv[2], ssl_keyfile=sys.argv[3])
uvicorn.Server(config).run(sockets=[listener])
"""


@dataclass
class Served:
    platform: Platform
    address: str

    def boto(self, service: str, key: str, secret: str) -> Any:
        return boto3.client(
            service, region_name="us-east-1", endpoint_url=self.address, config=Config(retries={"max_attempts": 0}),
            aws_access_key_id=key, aws_secret_access_key=secret,
        )  # fmt: skip

    def by(self, service: str, issued: IssuedKey) -> Any:
        return self.boto(service, issued.key.id, issued.secret)

    def openai(self, key: str) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.address}/v1", api_key=key, max_retries=0)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with Platform(Settings(home=tmp_path)) as platform:
        platform.__dict__["embed"] = FakeEmbed(384, EMBEDDING_MODEL)
        for name in ("acme", "bolt"):
            folder = tmp_path / f"files of {name}"
            folder.mkdir()
            (folder / "note.md").write_text(
                f"# Leave\n\nThe rule of {name} gives 28 days of leave.\n", encoding="utf-8"
            )
        with serving(create_app(platform)) as address:
            yield Served(platform, address)


def bases(client: Any) -> set[str]:
    with closing(client):
        return {item["name"] for item in client.list_knowledge_bases()["knowledgeBaseSummaries"]}


def failure(call: Any, **arguments: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_before_the_first_key_programs_run_with_the_dummy_credentials_they_have(served: Served) -> None:
    assert bases(served.boto("bedrock-agent", "test", "test")) == set()
    with served.openai("sk-anything") as client:
        assert EMBEDDING_MODEL in {model.id for model in client.models.list()}


def test_a_key_signs_for_boto3_and_a_wrong_one_is_named_as_aws_names_it(served: Served) -> None:
    issued = served.platform.keys.create()
    with closing(served.by("bedrock", issued)) as client:
        assert client.list_foundation_models()["modelSummaries"]
    with closing(served.boto("bedrock", issued.key.id, "x" * 40)) as client:
        assert failure(client.list_foundation_models) == ("InvalidSignatureException", 403)
    with closing(served.boto("bedrock", "AKIAIOSFODNN7EXAMPLE", "x" * 40)) as client:
        assert failure(client.list_foundation_models) == ("UnrecognizedClientException", 403)
    served.platform.keys.disable(issued.key.id)
    with closing(served.by("bedrock", issued)) as client:
        assert failure(client.list_foundation_models) == ("UnrecognizedClientException", 403)


def test_the_bearer_form_is_the_token_of_bedrock_behind_tls(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """boto3 sends bearer tokens over TLS only."""
    issued = served.platform.keys.create()
    certificate, private = self_signed(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with behind_tls(served.platform.settings.home, certificate, private) as address:
        client_options = {"region_name": "us-east-1", "endpoint_url": address, "verify": str(certificate)}
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", issued.bearer)
        with closing(boto3.client("bedrock", **client_options)) as client:
            assert client.list_foundation_models()["modelSummaries"]
        monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", issued.bearer[:-1])
        with closing(boto3.client("bedrock", **client_options)) as client:
            assert failure(client.list_foundation_models) == ("AccessDeniedException", 403)


@contextmanager
def behind_tls(home: Path, certificate: Path, private: Path) -> Iterator[str]:
    """A server in a process of its own, which is killed: asyncio waits long for TLS connections to end."""
    words = [sys.executable, "-c", TLS_SERVER, str(home), str(certificate), str(private)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.kill()


def self_signed(folder: Path) -> tuple[Path, Path]:
    """Paths of a certificate for 127.0.0.1 and of its private key."""
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(private, hashes.SHA256())
    )
    paths = folder / "certificate.pem", folder / "private.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths[1].write_bytes(private.private_bytes(pem, form, serialization.NoEncryption()))
    return paths


def test_the_bearer_form_is_the_api_key_of_openai(served: Served) -> None:
    issued = served.platform.keys.create()
    with served.openai(issued.bearer) as client:
        assert EMBEDDING_MODEL in {model.id for model in client.models.list()}
    with served.openai(issued.bearer[:-1]) as client, pytest.raises(openai.AuthenticationError):
        client.models.list()


def test_tenants_see_only_their_own_through_every_wire(served: Served, tmp_path: Path) -> None:
    keys = {name: served.platform.keys.create(tenant=name, admin=True) for name in ("acme", "bolt")}
    for name, issued in keys.items():
        source = SourceSpec("folder", str(tmp_path / f"files of {name}"))
        served.platform.create(KnowledgeSpec(f"base-{name}", source=source), issued.key.principal).sync()
    for name, issued in keys.items():
        assert bases(served.by("bedrock-agent", issued)) == {f"base-{name}"}
        with served.openai(issued.bearer) as client:
            assert {model.id for model in client.models.list() if model.id.startswith("kb/")} == {f"kb/base-{name}"}
            other = "bolt" if name == "acme" else "acme"
            asked = [{"role": "user", "content": "How many days of leave?"}]
            with pytest.raises(openai.NotFoundError):
                client.chat.completions.create(model=f"kb/base-{other}", messages=asked)  # type: ignore[arg-type]


def test_a_knowledge_base_of_another_tenant_is_not_found_by_its_id(served: Served, tmp_path: Path) -> None:
    acme, bolt = (served.platform.keys.create(tenant=name) for name in ("acme", "bolt"))
    source = SourceSpec("folder", str(tmp_path / "files of acme"))
    served.platform.create(KnowledgeSpec("secret", source=source), acme.key.principal).sync()
    with closing(served.by("bedrock-agent", acme)) as client:
        id = client.list_knowledge_bases()["knowledgeBaseSummaries"][0]["knowledgeBaseId"]
    query = {"knowledgeBaseId": id, "retrievalQuery": {"text": "leave"}}
    with closing(served.by("bedrock-agent-runtime", acme)) as client:
        assert client.retrieve(**query)["retrievalResults"]
    with closing(served.by("bedrock-agent-runtime", bolt)) as client:
        assert failure(client.retrieve, **query) == ("ResourceNotFoundException", 404)
    with closing(served.by("bedrock-agent", bolt)) as client:
        for call in (client.get_knowledge_base, client.delete_knowledge_base, client.list_data_sources):
            assert failure(call, knowledgeBaseId=id) == ("ResourceNotFoundException", 404)


def test_a_plain_key_cannot_make_the_server_read_its_buckets(served: Served) -> None:
    plain = served.platform.keys.create(tenant="acme")
    with closing(served.by("bedrock-agent", plain)) as client:
        made = client.create_knowledge_base(
            name="mine",
            roleArn="arn:aws:iam::123456789012:role/any",
            knowledgeBaseConfiguration={"type": "VECTOR", "vectorKnowledgeBaseConfiguration": {
                "embeddingModelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v1"}},
        )["knowledgeBase"]  # fmt: skip
        s3 = {"type": "S3", "s3Configuration": {"bucketArn": "arn:aws:s3:::of-somebody-else"}}
        arguments = {"knowledgeBaseId": made["knowledgeBaseId"], "name": "s", "dataSourceConfiguration": s3}
        assert failure(client.create_data_source, **arguments) == ("AccessDeniedException", 403)
