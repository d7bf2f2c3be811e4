"""A reader for each format: what it says against an output. Nothing said means that the output is good."""
