"""Load on model endpoints: requests on a schedule, every chunk with its time, and what it comes to."""
