"""Finding chunks: embedders, indexes in Chroma, keywords, fusion, rerankers and filters."""
