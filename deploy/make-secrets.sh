#!/bin/sh
# make-secrets.sh [FOLDER]: write the passwords that docker-compose.yml reads, once, into ./secrets
# or another folder. Keeps what is there.
# The files are readable to all, their folder to its owner alone: containers of other users read
# them through their mounts, people of this machine do not.
set -eu
cd "$(dirname "$0")/.."
umask 022
folder=${1:-secrets}
mkdir -p "$folder"
chmod 700 "$folder"
cd "$folder"

random() { od -An -N32 -tx1 /dev/urandom | tr -d ' \n'; }
keep() { # keep NAME CONTENT
  [ -s "$1" ] || printf '%s' "$2" >"$1"
}

keep secret_key "$(random)"
keep database_password "$(random)"
keep redis_password "$(random)"
keep s3_key "$(random | cut -c1-20)"
keep s3_secret "$(random)"
database=$(cat database_password) redis=$(cat redis_password)
key=$(cat s3_key) secret=$(cat s3_secret)
keep database_url "postgres://verify:$database@db:5432/verify"
keep broker_url "redis://verify:$redis@redis:6379/0"
keep s3_credentials "[default]
aws_access_key_id = $key
aws_secret_access_key = $secret
"
keep s3_identities "{\"identities\": [{\"name\": \"verify\",
  \"credentials\": [{\"accessKey\": \"$key\", \"secretKey\": \"$secret\"}],
  \"actions\": [\"Admin\", \"Read\", \"List\", \"Write\", \"Tagging\"]}]}"
echo "The secrets are in $folder. Back them up apart from the data; never commit them."
