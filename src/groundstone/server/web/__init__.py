"""Pages, their templates and static files."""
