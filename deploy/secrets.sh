#!/bin/sh
# Makes the passwords that docker-compose.yml mounts, where they are not there yet. Nothing else ever sees them.
set -eu
cd "$(dirname "$0")"
mkdir -p secrets
umask 077
for service in people referrals programmes mentoring cooperatives notifications; do
    names="${names:-postgres grafana} splot_${service} splot_${service}_owner"
done
for name in $names; do
    [ -s "secrets/$name" ] || head -c 24 /dev/urandom | od -An -tx1 | tr -d ' \n' > "secrets/$name"
done
chmod 0644 secrets/*
echo "Passwords are in deploy/secrets; keep that folder out of backups that others can read."
