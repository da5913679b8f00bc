"""Genuine-looking pages with known words, made for finding forgeries; see README.md."""

from benchmarks.genuine.page import GenuinePage, pages

__all__ = ["GenuinePage", "pages"]
