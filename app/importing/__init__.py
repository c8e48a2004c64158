"""Importing CSV files with the rules of mutations (R23, C12)."""
