"""The combined forecast of the verdict, and the test for an edge."""
