#!/usr/bin/env bash
# Install what the given commands need from Debian, when it is missing and we may.
#     bash tests/services/install.sh postgres mariadb redis chromium
set -euo pipefail

declare -A program=(
    [postgres]="/usr/lib/postgresql/*/bin/postgres" [mariadb]="/usr/sbin/mariadbd" [redis]="/usr/bin/redis-server"
    [chromium]="/usr/bin/chromium" [headers]="/usr/bin/mariadb_config"
)
declare -A packages=(
    [postgres]="postgresql" [mariadb]="mariadb-server" [redis]="redis-server" [chromium]="chromium"
    [headers]="libmariadb-dev gcc pkg-config"
)

missing=()
for wanted in "$@"; do
    # shellcheck disable=SC2086
    compgen -G "${program[$wanted]}" >/dev/null || missing+=(${packages[$wanted]})
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Missing: ${missing[*]}. Install them, for example: sudo apt-get install ${missing[*]}" >&2
    exit 1
fi
echo "Installing from Debian: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
# A package must not start a server of its own: ours run on free ports and are stopped at the end.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy"
    trap 'rm -f "$policy"' EXIT
fi
apt-get update -qq
apt-get install -qq -y --no-install-recommends "${missing[@]}" >/dev/null
