"""Finding chunks: embedding models and vector stores."""
