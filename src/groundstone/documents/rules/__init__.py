"""Decisions about documents, by rules that are named and answer for themselves with evidence."""
