"""Prices as providers write them and as everybody reads them: bands, tables, rules of change."""
