"""The wires of AWS services, as unmodified boto3 speaks them. Handlers translate; the platform answers."""
