"""Questions: from a person's words to a typed query, without a language model, showing what was understood."""
