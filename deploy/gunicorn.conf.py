"""gunicorn for production: `gunicorn --config deploy/gunicorn.conf.py verify.wsgi:application`.

Threads, because most requests wait for the database or a slow client. nginx stands before it.
"""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verify.settings")

from django.conf import settings

# The container's own network name is the only way in, so every interface is meant.
bind = f"{settings.HOST}:{settings.PORT}"
worker_class = "gthread"
workers = settings.WEB_PROCESSES
threads = settings.WEB_THREADS
timeout = 120  # seconds without a sign of life from a process, not the length of a request
graceful_timeout = 30  # seconds for requests under way when told to end
keepalive = 65  # seconds; longer than nginx holds an idle connection, so that nginx closes first
max_requests, max_requests_jitter = 5000, 500  # against slow leaks
# Where a process shows that it lives: never a disk, which may stall.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None
forwarded_allow_ips = "*"  # only nginx reaches this port
accesslog = "-"
access_log_format = '%(h)s "%(r)s" %(s)s %(b)s %(L)ss'
