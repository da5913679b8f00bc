"""How much a model endpoint can carry, by the theory of transformers on accelerators, and by probes that correct it."""
