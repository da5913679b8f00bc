"""Decks that answer questions: kept, searched slide by slide, asked, with the slide and the place that says it."""
