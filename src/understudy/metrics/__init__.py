"""Evidence: questions that are put to synthetic data, anyone's."""
