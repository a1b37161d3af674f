"""Documents and their opinions on paper: PDF and Word, one at once or many as a zip."""
