"""`manage.py check`: what this machine must offer."""
