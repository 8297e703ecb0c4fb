#!/usr/bin/env bash
# Builds Pilling, loads a database, and asks it four questions.
#
#   examples/quickstart.sh               with the bundled sample
#   examples/quickstart.sh --data DIR    with your files: each *.jsonl, *.json and *.csv in DIR, plain or .gz, in UTF-8,
#                                        of e약은요 medicines or of pharmacies. They are added to
#                                        build/quickstart/data-NAME.db, NAME being that of the folder
#   examples/quickstart.sh --help        this text
#
# It installs what is missing (Debian 12, Ubuntu 24.04) and writes below build/quickstart only. The first time takes
# about 5 minutes on two cores.
set -euo pipefail

usage() { sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

data=
case "${1:-}" in
  '') ;;
  --data)
    [ $# -eq 2 ] && [ -d "$2" ] || { echo "quickstart.sh: --data needs a folder that exists" >&2; exit 2; }
    data=$(cd "$2" && pwd)
    ;;
  --help) usage; exit ;;
  *) usage >&2; exit 2 ;;
esac
cd "$(dirname "${BASH_SOURCE[0]}")/.."

say() { printf '\n== %s\n' "$*"; }

say "System packages"
bash cmake/install-packages.sh build

# The distribution's interpreter, whichever python3 comes first on the PATH: its headers are the installed ones.
python=/usr/bin/python3
build=build/quickstart
say "Building in $build for $python ($("$python" --version))"
configure=(-DCMAKE_BUILD_TYPE=RelWithDebInfo -DPILLING_WITH_PYTHON=ON -DPILLING_BUILD_TESTS=OFF "-DPython_EXECUTABLE=$python")
if command -v ccache >/dev/null; then configure+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache); fi
cmake -S . -B "$build" -G Ninja --log-level=WARNING "${configure[@]}"
cmake --build "$build" --target quickstart _core --parallel "$(nproc)"

database=$build/$([ -z "$data" ] && echo sample || echo "data-${data##*/}").db
pilling() { PYTHONPATH=$build/python "$python" -m pilling --database "$database" "$@"; }

# A table can only hold pharmacies. Anything else says what it is by being accepted.
load() {
  case "${1##*/}" in
    *.csv | *.csv.gz | *[Pp]harmac* | *[Pp]armac* | *약국*) pilling import --pharmacies "$1" ;;
    *) pilling import --medicines "$1" || { echo "  Not medicines, then; as pharmacies:"; pilling import --pharmacies "$1"; } ;;
  esac
}

say "Importing into $database"
loaded=0
shopt -s nullglob
for file in "${data:-examples/data}"/*.{jsonl,json,csv}{,.gz}; do
  if load "$file"; then loaded=$((loaded + 1)); else echo "  Passed over: $file"; fi
done
[ "$loaded" -gt 0 ] || { echo "quickstart.sh: nothing to import in ${data:-examples/data}: looked for *.jsonl, *.json and *.csv, plain or .gz, in UTF-8" >&2; exit 1; }

# Finding nothing (exit code 1) is an answer, too.
ask() {
  say "$1: python3 -m pilling ${*:2}"
  pilling "${@:2}" || [ $? -eq 1 ]
}
# first QUERY: the first row that it finds in the database, or nothing.
first() {
  "$python" -c 'import sqlite3, sys; print(*sqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone() or ())' \
    "$database" "$1"
}

name=활명수 latitude=37.5665 longitude=126.9780 place="Seoul City Hall"
if [ -n "$data" ]; then
  name=$(first "select name from medicines order by id limit 1")
  read -r latitude longitude place <<<"$(first "select latitude, longitude, name from pharmacies order by id limit 1")"
fi
[ -z "$name" ] || ask "A whole name" search "$name" --limit 5
ask "The beginning of a name" search 타이레놀 --limit 5
ask "A symptom" symptom 콧물 기침 --limit 5
[ -z "$place" ] || ask "Pharmacies around $place" near "$latitude" "$longitude" --radius 500 --limit 5

say "The same from C++, with questions of its own and around Seoul City Hall"
printf '%q %q\n' "$build/examples/quickstart" "$database"
say "Go on with $python -m pilling --help, after this line"
printf 'export PYTHONPATH=%q PILLING_DATABASE=%q\n' "$PWD/$build/python" "$PWD/$database"
