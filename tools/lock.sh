#!/bin/sh
# Write the lock files of requirements/ anew, from the ranges in pyproject.toml, with the uv at $1.
#   all.txt     every extra, for `make test-all`; without the libraries that only a build of PyTorch for CUDA needs
#   dev.txt     what the gate needs, of the same versions
#   oldest.txt  the oldest versions that the ranges allow, on the oldest Python
# Each but the last is for every Python that the gate knows. No file names a registry: pip asks the one it is set to.
set -eu
uv=$1
torch=2.13.0  # of which builds for the processor alone are widely offered
tables=src/truename/vocabulary/transformers.toml  # says which transformers it was written from, and is compared with that
extras='--extra dev --extra testing --extra parquet --extra scan --extra ray --extra study --extra compare --extra fuzz
    --extra zoo --extra train'

new=$(mktemp -d)
trap 'rm -rf "$new"' EXIT

lock() {  # pyproject.toml and these options into $new/$1
    file=$1
    shift
    {
        echo "# Written by 'make lock' from pyproject.toml."
        "$uv" pip compile pyproject.toml --universal --python-version 3.11 --upgrade --no-header --no-annotate "$@" |
            grep -Ev '^(nvidia-|cuda-|triton==)'
    } > "$new/$file"
}

echo "torch==$torch" > "$new/held.txt"
echo "atheris<3.1 ; python_version < '3.12'" >> "$new/held.txt"  # later ones come built for later Pythons only
sed -n '1s/.*transformers \([0-9.]*[0-9]\).*/transformers==\1/p' "$tables" >> "$new/held.txt"
lock all.txt --fork-strategy fewest $extras --constraint "$new/held.txt"
lock dev.txt --fork-strategy fewest --extra dev --constraint "$new/all.txt"
lock oldest.txt --resolution lowest-direct --extra dev

for file in all.txt dev.txt oldest.txt; do
    test "$(grep -c '==' "$new/$file")" -gt 30  # a pipe hides that uv failed
    if grep -nE '://|^-|@ ' "$new/$file"; then
        echo "$file names where a package comes from, which is each machine's own business." >&2
        exit 1
    fi
done
mv "$new/all.txt" "$new/dev.txt" "$new/oldest.txt" requirements/
