"""Fine-tuning of embedding models: pairs, training, merging, the proof, the export."""
