"""What low-code builders ask a model for: domain models, mappings between schemas, sample data. All checked."""
