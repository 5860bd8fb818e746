"""The jobs: from a declared recipe to a judged bundle."""
