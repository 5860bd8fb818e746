"""The command line: translates arguments into jobs, and results into words."""
