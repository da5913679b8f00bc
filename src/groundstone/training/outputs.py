"""The report of a trained model as files, in a folder that stands for a bucket."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from groundstone.models.custom_files import CustomModel


def written(model: CustomModel, root: Path, prefix: str, job: str) -> str:
    """Put the report below ``root/prefix/model-customization-job-<job>``; what became of it, in words.

    A prefix that leads out of ``root`` is refused in those words.
    """
    inside = f"{prefix.strip('/')}/model-customization-job-{job}".lstrip("/")
    folder = root / inside
    if not folder.resolve().is_relative_to(root.resolve()):
        return f"the report was not written: {prefix!r} leads out of the bucket"
    report = model.report().to_json()
    figures = {
        name: report[name]
        for name in ("accuracy", "macro_f1", "log_loss", "calibration_error", "baseline", "tested_on")
    }
    files = {
        "training_artifacts/report.json": json.dumps(report, ensure_ascii=False, indent=1),
        "training_artifacts/report.html": model.page(),
        "training_artifacts/confusion.svg": model.picture(),
        "validation_artifacts/metrics.json": json.dumps(figures | {"training_loss": report["training_loss"]}, indent=1),
    }
    try:
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        return f"the report was not written: {error.strerror}"
    return f"the report was written below {inside}"
