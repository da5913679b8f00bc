"""Models: whatever turns text and images into text, vectors and scores. Engines are one file each."""
