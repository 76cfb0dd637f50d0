"""Word, PowerPoint and Excel files: their parts, graphics and equations as text."""
