"""Pure computation: frames in, results out. No files, no database, no drawing."""
