#!/bin/sh
# Makes the secrets that compose.yaml names, once; files that exist are left alone.
# Keep a copy of them apart from the backups: without GRANARY_SECRET_KEY stored connection secrets cannot be read.
set -eu
folder="$(dirname -- "$(readlink -f -- "$0")")/secrets"
umask 077
mkdir -p -- "$folder"
# The program runs as an ordinary user of its container and must be able to read them; the folder stays closed to others.
make() {
  if [ -e "$folder/$1" ]; then
    echo "kept    $folder/$1"
  else
    printf '%s\n' "$2" > "$folder/$1"
    chmod 644 -- "$folder/$1"
    echo "written $folder/$1"
  fi
}
make postgres-password "$(openssl rand -hex 24)"
make DATABASE_URL "postgresql://granary:$(cat -- "$folder/postgres-password")@database:5432/granary"
make GRANARY_SECRET_KEY "$(openssl rand -base64 32)"
make GRANARY_MASK_KEY "$(openssl rand -base64 32)"
