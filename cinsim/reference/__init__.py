"""Parameters, published figures and the words of the record, each with its source."""
