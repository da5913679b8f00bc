"""Custom models as work: jobs that train them in the background, names for them, and where their figures go."""
