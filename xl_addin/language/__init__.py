"""What a person reads, in the person's language: one file of texts for each beside English.

The code says everything in English, and so does the worker. Where something is shown it is said
in the language of the workbook or of the machine. A text that no file knows stays English.
"""
