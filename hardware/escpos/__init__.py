"""ESC/POS: drawing paper as 1-bit pages, packing them into bytes, and the conversation with a printer."""
