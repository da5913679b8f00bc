"""Genuine-looking pages with known words, made for finding forgeries; see docs/genuine-pages.md."""

from benchmarks.genuine.page import GenuinePage, pages

__all__ = ["GenuinePage", "pages"]
