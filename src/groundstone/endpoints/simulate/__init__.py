"""A serving engine without a model: it batches, waits and refuses as a real one, timed by the theory of endpoints."""
