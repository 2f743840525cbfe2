"""Runs the examples of the documentation and compares what comes out with what the pages show. CONTRIBUTING.md says how a page is written."""
