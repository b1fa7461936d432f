"""The engine of one machine: worker processes, their queue, time-outs and clean-up."""
