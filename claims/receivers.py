"""The only subscriber to media.signals."""
