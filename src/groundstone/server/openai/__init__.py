"""OpenAI's API, in front of the models and knowledge bases of this installation. It translates and decides nothing."""
