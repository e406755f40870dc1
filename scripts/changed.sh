# Sourced by ./cog and prepare.sh. Prints the first source that is newer than the last build, or nothing.
# Folders count too: a file that was removed or renamed changes its folder's time.
changed_since_build() {
  find "$1/packages" "$1/python/src" "$1/python/pyproject.toml" "$1/scripts/build" "$1/scripts/build.ts" \
    "$1/scripts/python/build.txt" "$1/package-lock.json" \
    \( -name node_modules -o -name __pycache__ -o -name testdata \) -prune -o \
    ! -name '*.test.ts' -newer "$1/dist/.built" -print -quit
}
