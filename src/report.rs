//! Reports: one file for each format, each with types of its own.
