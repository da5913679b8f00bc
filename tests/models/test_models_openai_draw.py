from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

import pytest

from groundstone.errors import EngineUnavailable, InvalidInput, WrongModel
from groundstone.models.base import DrawOptions
from groundstone.models.fakes import FakeDraw
from groundstone.models.openai import OpenAIDraw

from .misbehaving_server import MisbehavingServer, Reply, answer

SMALL = DrawOptions(width=2, height=2)
PNG = FakeDraw().draw("x", SMALL)[0]


def drawn(*data: bytes) -> list[Reply]:
    return answer(200, json.dumps({"data": [{"b64_json": b64encode(raw).decode()} for raw in data]}))


def draw(server: MisbehavingServer, options: DrawOptions = SMALL, prompt: str = "a stone") -> Any:
    model = OpenAIDraw(server.url, "painter", retries=0)
    try:
        return model.draw(prompt, options)
    finally:
        model.close()


def test_pictures_come_with_their_kind() -> None:
    jpeg = b"\xff\xd8\xff rest"
    with MisbehavingServer(drawn(PNG.data, jpeg, b"RIFF....WEBP")) as server:
        pictures = draw(server, DrawOptions(width=512, height=256, count=3))
    assert [picture.media_type for picture in pictures] == ["image/png", "image/jpeg", "image/webp"]
    assert pictures[0] == PNG
    expected = {"model": "painter", "prompt": "a stone", "n": 3, "size": "512x256", "response_format": "b64_json"}
    assert server.requests[0][1] == expected


def test_a_server_that_refuses_to_be_told_the_form_is_not_told() -> None:
    refusal = answer(400, json.dumps({"error": {"message": "Unknown parameter: 'response_format'."}}))
    with MisbehavingServer(refusal, drawn(PNG.data)) as server:
        model = OpenAIDraw(server.url, "painter", retries=0)
        assert model.draw("a", SMALL) == model.draw("b", SMALL) == [PNG]
        model.close()
    assert ["response_format" in body for _, body in server.requests] == [True, False, False]


@pytest.mark.parametrize(
    "body", ["[]", "{}", '{"data": [{"url": "http://127.0.0.1:9/x.png"}]}', '{"data": [{"b64_json": "PGh0bWw+"}]}']
)
def test_what_is_no_picture_is_reported_and_no_address_is_followed(body: str) -> None:
    with MisbehavingServer(answer(200, body)) as server, pytest.raises(EngineUnavailable, match="no picture"):
        draw(server)


def test_what_the_api_lacks_is_refused() -> None:
    model = OpenAIDraw("http://127.0.0.1:9/v1", "painter")
    for options in (DrawOptions(seed=1), DrawOptions(negative="rain")):
        with pytest.raises(WrongModel):
            model.draw("a stone", options)
    with pytest.raises(InvalidInput):
        model.draw(" ", SMALL)
