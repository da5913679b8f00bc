"""Writes tests/models/reference_vectors.npz: what sentence-transformers answers for our reference texts.

    python -m venv /tmp/reference && /tmp/reference/bin/pip install torch sentence-transformers
    /tmp/reference/bin/python tools/make_embedding_reference.py FOLDER_OF_THE_UNPACKED_MODEL

The folder is the whole model as published, with modules.json and its tokenizer. Not needed to run the tests.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer

TESTS = Path(__file__).parents[1] / "tests/models"
sys.path.insert(0, str(TESTS))


def main() -> None:
    from reference_texts import TEXTS

    model = SentenceTransformer(sys.argv[1], device="cpu")
    vectors = np.stack([model.encode(text, normalize_embeddings=True) for text in TEXTS])
    np.savez_compressed(TESTS / "reference_vectors.npz", vectors=vectors.astype(np.float32))
    print(vectors.shape, model.max_seq_length)


if __name__ == "__main__":
    main()
