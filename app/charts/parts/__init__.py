"""Parts that charts share: axes, ticks, legends, labels."""
