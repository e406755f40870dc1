#!/bin/sh
# Installs the npm packages and builds dist/, as far as needed: the slow path of ./cog and the first step of
# the npm verbs. One runs at a time, others wait; everything it says goes to stderr.
#
#   prepare.sh build     packages and dist/
#   prepare.sh install   packages only
#
# Nothing half done is taken for complete: npm writes node_modules/.package-lock.json at the end of an
# installation, and the build dist/.built at the end of a build.
set -eu

fail() {
  echo "cog: $1" >&2
  exit 1
}

case $0 in */*) here=${0%/*} ;; *) here=. ;; esac
cd "$here/.."
root=$(pwd -P)
. scripts/changed.sh

require_node() {
  command -v node >/dev/null 2>&1 ||
    fail "Node.js is not installed. Install Node.js 20.20 or newer (https://nodejs.org), then run this again."
  version=$(node -p 'process.versions.node' 2>/dev/null) ||
    fail "$(command -v node) does not work. Install Node.js 20.20 or newer (https://nodejs.org), then run this again."
  rest=${version#*.}
  [ "${version%%.*}" -gt 20 ] || { [ "${version%%.*}" -eq 20 ] && [ "${rest%%.*}" -ge 20 ]; } ||
    fail "Node.js $version at $(command -v node) is too old. Install Node.js 20.20 or newer, then run this again."
  command -v npm >/dev/null 2>&1 ||
    fail "npm is not installed (some systems pack it apart from Node.js). Install npm, then run this again."
}

require_python() {
  for python in python3 python3.13 python3.12 python3.11 python3.10 python; do
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' >/dev/null 2>&1 && return
  done
  fail "Python 3.10 or newer is not installed (it packs the model's side). Install it with its venv module, then run this again."
}

# npm and pip want a home to keep their downloads in.
give_caches() {
  [ -n "${HOME:-}" ] && [ -d "$HOME" ] && [ -w "$HOME" ] && return
  export npm_config_cache="${npm_config_cache:-$root/.cache/npm}" PIP_CACHE_DIR="${PIP_CACHE_DIR:-$root/.cache/pip}"
}

installed() {
  [ -f node_modules/.package-lock.json ] && ! [ package-lock.json -nt node_modules/.package-lock.json ]
}

built() {
  [ -f dist/.built ] && [ -f dist/cli/main.cjs ] && [ -z "$(changed_since_build .)" ]
}

# Not `npm ci`: it refuses a lock file that lacks a tool's binaries for other systems, and some registries lack those.
# With --no-save, `npm install` takes exactly what the lock file says, too.
install_packages() {
  installed && return
  echo "Installing packages (npm install)" >&2
  # Without this file an installation was cut off, and some package may lie there by half.
  [ -f node_modules/.package-lock.json ] || rm -rf node_modules/* node_modules/.bin
  rm -f node_modules/.package-lock.json
  NODE_ENV='' npm install --no-save --no-audit --no-fund --loglevel=error </dev/null >&2 ||
    fail "npm could not install the packages; the reason is above."
  touch node_modules/.package-lock.json
}

build_all() {
  built || node scripts/verb.mjs build </dev/null >&2 || fail "the build failed; the reason is above."
  # ./cog asks again when it meets another node than the one that was found good here.
  command -v node >dist/.node
}

require_node
# The lock is taken by Python, because the system frees it when its last holder ends, however that ends.
if [ "${COG_PREPARING:-}" != "$root" ]; then
  require_python
  give_caches
  COG_PREPARING=$root exec "$python" scripts/python/locked.py .cache/prepare.lock sh "$root/scripts/prepare.sh" "$@"
fi
install_packages
[ "${1:-build}" = install ] || build_all
