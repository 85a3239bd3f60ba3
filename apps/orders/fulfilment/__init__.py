"""Carrying out what was sold: steps as rows, claimed and done one at a time by whichever worker is free."""
