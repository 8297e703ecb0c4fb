#!/bin/sh
# Runs an example in an empty folder; it must succeed and print a text: check.sh FOLDER TEXT COMMAND...
set -eu
folder=$1 text=$2
shift 2

rm -rf "$folder"
mkdir -p "$folder"
cd "$folder"
"$@" > output
cat output
grep -qF "$text" output || { echo "check.sh: the output lacks: $text" >&2; exit 1; }
