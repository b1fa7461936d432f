"""What the web pages and the command line share; none of it knows HTTP."""
