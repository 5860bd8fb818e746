"""The questions of the benchmark's own judge, a file each."""
