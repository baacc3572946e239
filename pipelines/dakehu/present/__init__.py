"""Results into blocks of a page: tiles, sentences, figures, tables, in Chinese and in English."""
