"""The HTTP face: a JSON API under /api and the pages that use it. Translates wire formats, decides nothing."""
