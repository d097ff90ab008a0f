"""The sign of life of those who work in the background."""

from django.db import models


class Pulse(models.Model):
    """When a worker last took a message from a queue. Health reads it on either stack."""

    queue = models.CharField(max_length=40, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.queue} at {self.at:%H:%M:%S}"
