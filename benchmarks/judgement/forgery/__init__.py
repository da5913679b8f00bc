"""Forgeries and pages by another author than those that the detection was trained with."""
