"""Pictures by Amazon Bedrock's InvokeModel."""

from __future__ import annotations

from math import gcd
from typing import Any

from groundstone.errors import ConfigError, InvalidInput, ModelError
from groundstone.models.base import DrawOptions, Picture
from groundstone.models.bedrock_client import BedrockClient
from groundstone.models.openai_draw import decoded

AMAZON = ("amazon.titan-image", "amazon.nova-canvas")
STABILITY = ("stability.stable-image", "stability.sd3")
RATIOS = {"16:9", "1:1", "21:9", "2:3", "3:2", "4:5", "5:4", "9:16", "9:21"}
Json = dict[str, Any]


class BedrockDraw:
    """Pictures by Titan Image, Nova Canvas, or Stability's Core, Ultra and SD3."""

    def __init__(
        self,
        model: str,
        region: str = "",
        endpoint: str = "",
        profile: str = "",
        timeout: float = 120.0,
        retries: int = 2,
    ) -> None:
        if not any(family in model for family in AMAZON + STABILITY):
            raise ConfigError(f"the bodies of {model!r} are not known; name a model of {', '.join(AMAZON + STABILITY)}")
        self.name, self._client = model, BedrockClient(region, endpoint, profile, timeout, retries)

    def draw(self, prompt: str, options: DrawOptions) -> list[Picture]:
        """Raises InvalidInput, for Stability also when the shape is none of its; ModelError, also when it refuses."""
        if not prompt.strip():
            raise InvalidInput("drawing needs a description")
        if any(family in self.name for family in AMAZON):
            return self._pictures(_amazon(prompt, options))
        return [picture for body in _stability(prompt, options) for picture in self._pictures(body)]

    def close(self) -> None:
        self._client.close()

    def _pictures(self, body: Json) -> list[Picture]:
        said, _ = self._client.invoke(self.name, body)
        if not isinstance(said, dict):
            raise self._client.unavailable(f"{self.name} sent something else than pictures")
        refusals = [reason for reason in said.get("finish_reasons") or [said.get("error")] if reason]
        if refusals:
            raise ModelError(f"{self.name} refuses to draw this: {refusals[0]}")
        try:
            return [decoded(data) for data in said["images"]]
        except (KeyError, TypeError, ValueError) as error:
            raise self._client.unavailable(f"{self.name} sent no picture of a known form: {error}") from None


def _amazon(prompt: str, options: DrawOptions) -> Json:
    words = {"text": prompt} | ({"negativeText": options.negative} if options.negative else {})
    size: Json = {"numberOfImages": options.count, "width": options.width, "height": options.height}
    seed = {} if options.seed is None else {"seed": options.seed}
    return {"taskType": "TEXT_IMAGE", "textToImageParams": words, "imageGenerationConfig": size | seed}


def _stability(prompt: str, options: DrawOptions) -> list[Json]:
    """One body for each picture; seeds follow each other."""
    common = gcd(options.width, options.height) or 1
    ratio = f"{options.width // common}:{options.height // common}"
    if ratio not in RATIOS:
        raise InvalidInput(
            f"a picture of {options.width} by {options.height} has the shape {ratio}, not one of {RATIOS}"
        )
    body: Json = {"prompt": prompt, "aspect_ratio": ratio, "output_format": "png"}
    if options.negative:
        body["negative_prompt"] = options.negative
    seeds = [{} if options.seed is None else {"seed": options.seed + number} for number in range(options.count)]
    return [body | seed for seed in seeds]
