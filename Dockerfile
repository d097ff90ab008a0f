# One image for web, workers, beat and migrate. The root file system may be read-only; everything
# that is written goes to /data (a volume) and /tmp.
FROM python:3.12-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements.txt requirements-s3.txt /
RUN /venv/bin/pip install --require-hashes -r /requirements.txt -r /requirements-s3.txt

FROM python:3.12-slim-bookworm
RUN groupadd --gid 10001 verify \
    && useradd --uid 10001 --gid verify --no-create-home --shell /usr/sbin/nologin verify \
    && install -d -o verify -g verify /data
COPY --from=build /venv /venv
COPY . /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data
# Compiled here once, because the running container cannot write beside its code.
RUN python -m compileall -q /app /venv/lib
WORKDIR /app
USER verify
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "verify.wsgi:application"]
