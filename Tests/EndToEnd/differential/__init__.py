"""Random SQL over random tables, in Mastic and in another engine."""
