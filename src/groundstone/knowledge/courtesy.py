"""Small talk, and polite noes: what is said when there is nothing to quote."""

from __future__ import annotations

import re

from groundstone.filters import fold
from groundstone.knowledge.spec import KnowledgeSpec

_THANKS = re.compile(r"(?:many )?(?:thanks?\b|thx\b|cheers\b)(?! to)")
_GREETING = re.compile(r"(?:hi|hello|hey|yo|sup|good (?:morning|evening|afternoon)|how are you)\b")
_GOODBYE = re.compile(r"(?:good ?bye|bye)\b")
_ABOUT_YOU = re.compile(
    r"(?:so |and )?(?:what can you do|who are you|what are you|are you (?:a |an )?(?:bot|robot|human|real|ai)"
    r"|help(?= me$|\W*$)|how do you work)\b"
)
_FINE = re.compile(r"(?:ok|okay|cool|great|nice|lol)\b")
SHORT = 6  # words of a question that may be small talk


def small_talk(question: str, spec: KnowledgeSpec) -> str | None:
    """A short friendly sentence for thanks, greetings and questions about the assistant; None for anything else."""
    words = fold(question).strip()
    if len(words.split()) > SHORT:
        return None
    ask = f"Ask me about {spec.about or spec.title}."
    answers = (
        (_THANKS, "You are welcome."),
        (_GOODBYE, "Goodbye."),
        (_GREETING, f"Hello. {ask}"),
        (_ABOUT_YOU, f"I answer questions from the documents of {spec.title}, and show the words I rest on. {ask}"),
        (_FINE, "Good. What else would you like to know?"),
    )
    return next((answer for pattern, answer in answers if pattern.match(words)), None)


def off_topic(spec: KnowledgeSpec) -> str:
    """A no to what these documents are not for, with what can be asked."""
    about = spec.about or f"the documents of {spec.title}"
    hint = f" You could ask: “{spec.examples[0]}”." if spec.examples else ""
    return f"I can only answer from this knowledge base, which is about {about}.{hint}"


def not_found(spec: KnowledgeSpec) -> str:
    """A no to a question of which plain documents say nothing that comes near."""
    about = f" It is about {spec.about}." if spec.about else ""
    return f"I did not find that in {spec.title}.{about}"
