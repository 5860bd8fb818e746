"""Synthesizers made of trees. The first fit on a machine compiles their kernels."""
