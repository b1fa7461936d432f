"""What all forecast cards share."""
