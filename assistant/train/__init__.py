"""The recipe that made `assistant/models/`: data, vocabulary, teacher, student, export, measure."""
