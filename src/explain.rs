//! A rule as a page for people.
