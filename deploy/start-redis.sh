#!/bin/sh
# start-redis.sh FOLDER PORT: Redis as the broker. One user, with the password of a secret, who
# may do what a broker does; nothing is dropped for want of memory; messages survive a restart.
# The database holds everything that matters, so a lost second of messages is rung for again.
set -eu
secret=${REDIS_PASSWORD_FILE:-/run/secrets/redis_password}
users=$(mktemp /tmp/users.XXXXXX)
printf 'user default off\nuser verify on >%s ~* &* +@all -@admin -@dangerous +info +keys\n' \
  "$(cat "$secret")" >"$users"
exec redis-server --bind "${REDIS_BIND:-*}" --port "$2" --dir "$1" --aclfile "$users" \
  --appendonly yes --appendfsync everysec --save '' \
  --maxmemory 384mb --maxmemory-policy noeviction
