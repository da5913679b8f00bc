"""The parts of the SQLite store. A collection is a folder with ``collection.db``, ``vectors-N.f32``."""
