"""A bucket of Amazon S3, or of a store that speaks its protocol, as a source."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from groundstone.errors import MissingExtra, SourceError, UnreadableDocument
from groundstone.knowledge.bucket import bucket_address
from groundstone.knowledge.source import MAX_FILE_BYTES, SIDE_SUFFIX, Failure, Item, bad_id, lone_side, most_bytes

PAGE = 1000  # keys asked for at a time; also the most that S3 gives


class BucketSource:
    """Every object below ``s3://bucket/prefix``; a document's id is the object's key without the prefix.

    With ``prefixes``, only objects whose key goes on with one of them.

    Credentials and region are those that the AWS SDK finds. Objects are fetched only when their ETag is new.
    """

    def __init__(self, address: str, endpoint: str = "", prefixes: tuple[str, ...] = ()) -> None:
        self.bucket, self.prefix = bucket_address(address)
        self.prefixes = prefixes or ("",)
        self._client = _client(endpoint)
        self._estimate: int | None = None

    def estimate(self) -> int | None:
        return self._estimate

    def items(self) -> Iterator[Item | Failure]:
        found = self._listed()
        keys = [key for key in found if not self._is_skipped(key, found)]
        self._estimate = len(keys)
        for key in keys:
            yield self._item(key, found)

    def _is_skipped(self, key: str, found: dict[str, str]) -> bool:
        name = key.removeprefix(self.prefix)
        hidden = any(part.startswith(".") for part in name.split("/"))
        is_side = key.endswith(SIDE_SUFFIX) and key.removesuffix(SIDE_SUFFIX) in found
        return hidden or is_side or key.endswith("/")  # a key that ends in "/" stands for a folder

    def _item(self, key: str, found: dict[str, str]) -> Item | Failure:
        document_id = key.removeprefix(self.prefix)
        name = f"s3://{self.bucket}/{key}"
        if reason := bad_id(document_id):
            return Failure(repr(name), reason)
        if key.endswith(SIDE_SUFFIX):
            return lone_side(name, document_id)
        side = key + SIDE_SUFFIX if key + SIDE_SUFFIX in found else None
        fingerprint = found[key] + (found[side] if side else "")
        return Item(
            document_id,
            name,
            fingerprint,
            read=lambda: self._read(key, most_bytes(key)),
            side=(lambda: self._read(side)) if side else None,
        )

    def _listed(self) -> dict[str, str]:
        """Key -> ETag of every object below the prefix, in the order of the keys."""
        from botocore.exceptions import BotoCoreError, ClientError

        listing = self._client.get_paginator("list_objects_v2")
        found: dict[str, str] = {}
        try:
            for prefix in self.prefixes:
                wanted = {"Bucket": self.bucket, "Prefix": self.prefix + prefix}
                for page in listing.paginate(**wanted, PaginationConfig={"PageSize": PAGE}):
                    found.update((entry["Key"], entry["ETag"]) for entry in page.get("Contents", ()))
            return dict(sorted(found.items()))
        except (BotoCoreError, ClientError) as error:
            raise SourceError(
                f"cannot list s3://{self.bucket}/{self.prefix}: {error} "
                f"(a folder {self.bucket} below that of the setting buckets would stand for it)"
            ) from None

    def _read(self, key: str, most: int = MAX_FILE_BYTES) -> bytes:
        from botocore.exceptions import BotoCoreError, ClientError

        try:
            reply = self._client.get_object(Bucket=self.bucket, Key=key)
            if reply["ContentLength"] > most:
                raise UnreadableDocument(f"{key} is larger than {most // 2**20} MB; split it")
            with reply["Body"] as body:
                return bytes(body.read())
        except (BotoCoreError, ClientError) as error:
            raise SourceError(
                f"cannot fetch s3://{self.bucket}/{key}: {error} "
                f"(a folder {self.bucket} below that of the setting buckets would stand for it)"
            ) from None


def fetch_object(uri: str, endpoint: str = "", most: int = MAX_FILE_BYTES) -> bytes:
    """The bytes of ``s3://bucket/key``. Raises SourceError, UnreadableDocument for one of more than ``most``."""
    bucket, _, key = uri.removeprefix("s3://").partition("/")
    return BucketSource(f"s3://{bucket}", endpoint)._read(key, most)


def _client(endpoint: str) -> Any:
    try:
        import boto3
        from botocore.config import Config
        from botocore.exceptions import BotoCoreError
    except ImportError:
        raise MissingExtra("boto3, which reads S3,", "s3") from None
    config = Config(retries={"max_attempts": 4, "mode": "standard"}, connect_timeout=10, read_timeout=60)
    if endpoint:  # such stores rarely have a name for each bucket
        config = config.merge(Config(s3={"addressing_style": "path"}))
    try:
        return boto3.client("s3", endpoint_url=endpoint or None, config=config)
    except (BotoCoreError, ValueError) as error:
        raise SourceError(f"cannot use S3: {error}; set AWS_DEFAULT_REGION and credentials") from None
