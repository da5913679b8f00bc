"""The bodies of Titan Image Generator and Nova Canvas: pictures of a text."""

from __future__ import annotations

import base64

from groundstone.models.base import DrawOptions, ModelInfo
from groundstone.records import Usage
from groundstone.server.aws.bodies_titan import Work
from groundstone.server.aws.forms import Json, Model, TaskForm
from groundstone.server.aws.members import Members, malformed

_REFUSED = {
    "inPaintingParams": "pictures are drawn of a text only",
    "outPaintingParams": "pictures are drawn of a text only",
    "imageVariationParams": "pictures are drawn of a text only",
    "colorGuidedGenerationParams": "pictures are drawn of a text only",
    "backgroundRemovalParams": "pictures are drawn of a text only",
    "virtualTryOnParams": "pictures are drawn of a text only",
}


def parse(body: Members, info: ModelInfo) -> Work:
    task = body.text("taskType")
    if task != "TEXT_IMAGE":
        raise malformed("taskType", f"{task!r} is not supported: pictures are drawn of a text only, by TEXT_IMAGE")
    body.refuse(_REFUSED)
    said = body.object("textToImageParams")
    said.refuse(dict.fromkeys(("conditionImage", "controlMode", "controlStrength", "style"), "send a text only"))
    prompt, negative = said.text("text"), said.text("negativeText", "")
    config = body.object("imageGenerationConfig")
    config.only("quality", "standard", why="there is one quality here: standard")
    config.only("cfgScale", 8, 8.0, 6.5, why="how closely the text is followed cannot be set here; leave it out")
    options = DrawOptions(
        width=config.whole("width", 1024, low=16, high=4096),
        height=config.whole("height", 1024, low=16, high=4096),
        count=config.whole("numberOfImages", 1, low=1, high=5),
        seed=config.whole("seed", None, low=0, high=2**31 - 1),
        negative=negative,
    )

    def work(model: Model) -> tuple[Json, Usage]:
        drawn = model.draw(prompt, options)
        return {"images": [base64.b64encode(one.data).decode() for one in drawn], "error": None}, Usage()

    return work


IMAGES = TaskForm("Titan and Nova pictures", parse)
