"""The job protocol of an ESC/POS printer: commands, questions, answers and the outcome. Nothing here draws."""
