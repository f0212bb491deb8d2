"""Count sessions: making the sheet, taking entries, closing, and posting what was found."""
