"""Questions to plain text: find the paragraph, quote the sentence that answers, decline when none does.

    python benchmarks/squad.py ../shared/data/squad/squad2-dev-part.json --limit 400
    python benchmarks/squad.py ../shared/data/squad/xquad.en.json

Reads files in the form of SQuAD 2.0 (XQuAD has the same, without unanswerable questions). Every paragraph is
a document whose title is that of its article. Prints passage recall at 1, 5 and 10, the share of answerable
questions whose answer stands in the sentences quoted, the citations that quote verbatim, and which share of
questions is wrongly declined or wrongly answered as the threshold moves.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import workbench
from groundstone.knowledge.evaluate import evaluate
from groundstone.knowledge.questionset import Question
from groundstone.knowledge.spec import Chunking, KnowledgeSpec, SourceSpec
from groundstone.schema import FieldSpec, Schema

SCHEMA = Schema(
    (
        FieldSpec("id", in_text=False, embedded=False),
        FieldSpec("title", label="Article"),
        FieldSpec("text", label="Text", filterable=False),
    ),
    id_field="id",
    title_field="title",
    body_field="text",
)


def main() -> None:
    options = _options()
    home = workbench.home(options.home, f"squad-{options.file.stem}")
    articles = json.loads(options.file.read_text(encoding="utf-8"))["data"]
    source = home / "paragraphs.jsonl"
    _write(source, articles)
    spec = KnowledgeSpec(
        "paragraphs",
        title="Articles",
        about="articles of an encyclopaedia",
        source=SourceSpec("records", str(source)),
        chunking=Chunking(options.chunking),
        schema=SCHEMA,
    )
    kb = workbench.knowledge_base(home, spec, options.weights, options.threads)
    questions = workbench.spread(list(_questions(articles)), options.limit)
    report = evaluate(kb, questions, None, workbench.progress, name=options.file.name)
    if options.json:
        options.json.write_text(json.dumps(report.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    table = report.table()
    print(table if options.failures else table.split("\n- ")[0])


def _options() -> argparse.Namespace:
    parser = workbench.parser(__doc__)
    parser.add_argument("file", type=Path, help="questions in the form of SQuAD 2.0")
    parser.add_argument("--chunking", default="structure", help="how paragraphs are cut")
    parser.add_argument("--failures", action="store_true", help="list every question that went wrong")
    return parser.parse_args()


def _paragraphs(articles: list[dict[str, Any]]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(document id, title, paragraph)"""
    for article_number, article in enumerate(articles):
        for number, paragraph in enumerate(article["paragraphs"]):
            title = article.get("title", f"Article {article_number + 1}").replace("_", " ")
            yield f"{article_number:03d}-{number:03d}", title, paragraph


def _write(path: Path, articles: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for name, title, paragraph in _paragraphs(articles):
            record = {"id": name, "title": title, "text": paragraph["context"]}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")


def _questions(articles: list[dict[str, Any]]) -> Iterator[Question]:
    for name, _, paragraph in _paragraphs(articles):
        for asked in paragraph["qas"]:
            if asked.get("is_impossible"):
                yield Question(str(asked["id"]), "unanswerable", asked["question"], {"not_found": "an answer"})
                continue
            answers = sorted({answer["text"] for answer in asked["answers"]})
            expect = {"contains": {"document": name, "any": answers}}
            yield Question(str(asked["id"]), "answerable", asked["question"], expect)


if __name__ == "__main__":
    main()
