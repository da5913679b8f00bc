"""Honest paired data from genuine pages: the same page with and without a change, alike in everything else."""
