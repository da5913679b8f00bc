"""Amazon Bedrock's runtime by botocore: one client, and what its failures mean."""

from __future__ import annotations

import json
import re
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from groundstone.errors import (
    ConfigError,
    ContextTooLong,
    EngineTimeout,
    EngineUnavailable,
    GroundstoneError,
    InvalidInput,
    ModelError,
)

SERVICE = "bedrock-runtime"
SHOWN = 300  # characters of the service's words
CREDENTIALS = (
    "it needs credentials of the AWS SDK (AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_BEARER_TOKEN_BEDROCK, a "
    "profile or a role) that may call bedrock:InvokeModel and bedrock:InvokeModelWithResponseStream on this model"
)
NONSENSE = (KeyError, TypeError, AttributeError, ValueError, struct.error)  # what reading foreign data runs into
_REFUSED = re.compile(
    r"AccessDenied|UnrecognizedClient|InvalidSignature|Expired|IncompleteSignature|MissingAuth|NotAuth"
)
_TOO_LONG = re.compile(
    r"too long|too many (?:input )?tokens|context (?:window|length)|maximum.{0,20}tokens", re.IGNORECASE
)


class BedrockClient:
    """The service in one region.

    Args:
        endpoint: another address of the service, such as one inside a private network.
        profile: of the AWS SDK's configuration; credentials are looked up as the SDK does, never stored here.
        timeout: seconds without a sign from the service.
        retries: further tries when it is busy or fails, with growing waits.
    """

    def __init__(self, region: str, endpoint: str, profile: str, timeout: float, retries: int) -> None:
        if timeout <= 0 or retries < 0:
            raise ConfigError("timeout must be positive and retries must not be negative")
        if endpoint and not endpoint.startswith(("http://", "https://")):
            raise ConfigError("the endpoint of Bedrock must begin with http:// or https://")
        self.region, self.endpoint, self.profile = region, endpoint, profile
        self.timeout, self.retries = timeout, retries
        self._making = threading.Lock()

    def call(self, operation: str, **parameters: Any) -> Any:
        """The reply of an operation, named as in Python ("converse_stream"). Raises ModelError, InvalidInput."""
        with self.trouble():
            with self._making:  # making a client is not thread-safe, using it is
                client = self._client
            return getattr(client, operation)(**parameters)

    def invoke(self, model: str, body: dict[str, Any]) -> tuple[Any, int]:
        """InvokeModel with a JSON body: the reply's JSON, and the tokens read, 0 when the service does not tell."""
        data = json.dumps(body).encode()
        reply = self.call(
            "invoke_model", modelId=model, body=data, accept="application/json", contentType="application/json"
        )
        with self.trouble():
            said = reply["body"].read()
        tokens = reply["ResponseMetadata"]["HTTPHeaders"].get("x-amzn-bedrock-input-token-count", "")
        try:
            return json.loads(said), int(tokens) if tokens.isdigit() else 0
        except ValueError:
            raise self.unavailable(f"{model} answered with something else than JSON") from None

    def close(self) -> None:
        if "_client" in self.__dict__:
            self._client.close()

    @contextmanager
    def trouble(self) -> Iterator[None]:
        """Turns botocore's errors, and those of the connection below a stream, into ours."""
        import urllib3.exceptions
        from botocore import eventstream, exceptions, parsers

        try:
            yield
        except exceptions.ClientError as error:
            raise self._refused(error.response.get("Error", {})) from None
        except (
            exceptions.ReadTimeoutError,
            exceptions.ConnectTimeoutError,
            urllib3.exceptions.TimeoutError,
            TimeoutError,
        ):
            raise EngineTimeout(f"{self._where} sent no word in {self.timeout:g} s") from None
        except (exceptions.ProfileNotFound, exceptions.NoRegionError, exceptions.InvalidRegionError) as error:
            raise ConfigError(f"{self._where} is not configured: {error}") from None
        except exceptions.ParamValidationError as error:
            raise InvalidInput(f"Bedrock cannot take this request: {_short(error)}") from None
        except _credential_errors() as error:
            raise self.unavailable(f"{CREDENTIALS} ({_short(error)})") from None
        except (exceptions.BotoCoreError, urllib3.exceptions.HTTPError, eventstream.ParserError, OSError) as error:
            raise self.unavailable(f"{type(error).__name__}: {_short(error)}") from None
        except (*NONSENSE, parsers.ResponseParserError) as error:
            said = f"{type(error).__name__}: {_short(error)}"
            raise self.unavailable(f"it sent something of an unknown form ({said})") from None

    def unavailable(self, problem: str) -> EngineUnavailable:
        return EngineUnavailable(f"{self._where} cannot be used: {problem}")

    @property
    def _where(self) -> str:
        return f"Amazon Bedrock at {self.endpoint or self.region or 'the default region'}"

    def _refused(self, error: dict[str, Any]) -> GroundstoneError:
        code, said = str(error.get("Code", "")), _short(error.get("Message", ""))
        if _REFUSED.search(code):
            return self.unavailable(f"it refuses the credentials ({code}: {said}); {CREDENTIALS}")
        if code.casefold() == "validationexception":
            if _TOO_LONG.search(said):
                return ContextTooLong(f"prompt and reply do not fit into the model's context: {said}")
            return InvalidInput(f"Bedrock refuses the request: {said}")
        if code == "ResourceNotFoundException":
            return ModelError(f"{self._where} does not have this model: {said}")
        if "timeout" in code.casefold():
            return EngineTimeout(f"{self._where} did not answer in time: {said}")
        return self.unavailable(f"{code or 'it reports an error without a name'}: {said or 'no words'}")

    @cached_property
    def _client(self) -> Any:
        import botocore.session
        from botocore.config import Config

        retries = {"mode": "standard", "total_max_attempts": self.retries + 1}
        config = Config(
            connect_timeout=self.timeout, read_timeout=self.timeout, retries=retries, max_pool_connections=32
        )
        session = botocore.session.Session(profile=self.profile or None)
        return session.create_client(
            SERVICE, region_name=self.region or None, endpoint_url=self.endpoint or None, config=config
        )


def _credential_errors() -> tuple[type[Exception], ...]:
    from botocore import exceptions

    return (
        exceptions.NoCredentialsError,
        exceptions.PartialCredentialsError,
        exceptions.CredentialRetrievalError,
        exceptions.TokenRetrievalError,
        exceptions.NoAuthTokenError,
        exceptions.SSOError,
    )


def _short(words: object) -> str:
    return " ".join(str(words).split())[:SHOWN]
