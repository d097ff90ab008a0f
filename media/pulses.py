"""Is a worker there? Each queue carries a pulse every few seconds; a worker writes it down.

It travels through the queue on purpose: a worker that is alive but no longer takes messages (a
known fault after a broker restart) shows as silent.
"""

from django.conf import settings
from django.utils import timezone

from media.models import Job, Pulse


def beat(queue: str) -> None:
    """Write down that a worker took a message from the queue. Safe to run twice."""
    Pulse.objects.update_or_create(queue=queue, defaults={"at": timezone.now()})


def silence_s() -> dict[str, float | None]:
    """Give the seconds since each queue's last pulse; None where there never was one."""
    last = dict(Pulse.objects.values_list("queue", "at"))
    now = timezone.now()
    return {
        queue: (now - last[queue]).total_seconds() if queue in last else None
        for queue in settings.WORKER_QUEUES
    }


def silent_queues() -> list[str]:
    """Name the queues no worker serves.

    A worker that was heard may be silent because each of its hands is at a long job; then a job's
    lease is live, and the worker with it, so its queue is not counted as silent.
    """
    silence = silence_s()
    never = [queue for queue, seconds in silence.items() if seconds is None]
    late = [
        queue
        for queue, seconds in silence.items()
        if seconds is not None and abs(seconds) > settings.PULSE_LATE_S
    ]
    if late:
        at_work = Job.objects.filter(state=Job.State.LEASED, lease_until__gt=timezone.now())
        late = [] if at_work.exists() else late
    return never + late


def oldest_waiting_s() -> float | None:
    """Give the age in seconds of the oldest job nobody has begun; None when none waits."""
    oldest = Job.objects.filter(state=Job.State.PENDING).order_by("created_at").first()
    return (timezone.now() - oldest.created_at).total_seconds() if oldest else None


def forget() -> None:
    """Drop what earlier workers said, before new ones start."""
    Pulse.objects.all().delete()
