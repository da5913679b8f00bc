"""What the geometry of a page tells: labels with their values, tables, and check boxes.

Read the files in this order: ``upright`` (places as if the page stood upright), ``segments`` (words that run on),
``labels`` (does this read like a label?), ``inline`` (label and value in one line), ``choices`` (check boxes),
``grids`` and ``columns`` (tables with and without rulings), ``pairs`` (labels find their values), ``understand``.
``marks`` and ``rulings`` look at pixels; the child process that reads a picture calls them.
"""

from groundstone.documents.layout.understand import understand
from groundstone.documents.layout.upright import Rect, Upright, uprights

__all__ = ["Rect", "Upright", "understand", "uprights"]
