"""Attacks on synthetic tables, each beside what it finds where nothing leaks and where something does."""
