"""Stores: where documents, chunks, fields and vectors live. One engine per file, one conformance suite for all."""
