"""What is written to last: models, manifests, and folders that appear whole."""
