"""Make the bucket of S3_BUCKET where it is not there yet. Safe to run twice."""

import os
import sys
from pathlib import Path

import boto3
from botocore.exceptions import ClientError
from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # run from anywhere
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "verify.settings")


def main() -> None:
    """Ask for the bucket; make it when the answer is that it does not exist."""
    client = boto3.client("s3", endpoint_url=settings.S3_ENDPOINT or None)
    try:
        client.head_bucket(Bucket=settings.S3_BUCKET)
    except ClientError as error:
        if error.response["Error"]["Code"] not in {"404", "NoSuchBucket"}:
            raise
        client.create_bucket(Bucket=settings.S3_BUCKET)


if __name__ == "__main__":
    main()
