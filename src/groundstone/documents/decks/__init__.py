"""Slide decks: PPTX, ODP, PDF and pictures of slides, read slide by slide with everything that stands on them."""
