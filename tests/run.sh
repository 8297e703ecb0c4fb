#!/usr/bin/env bash
# Builds Pilling and runs its tests. The last line counts them. The first time takes about 12 minutes on two cores, with
# --fast about 5.
#
#   tests/run.sh                   everything, then unit and integration tests again under the sanitizers
#   tests/run.sh --fast            unit, integration and architecture tests of the release build
#   tests/run.sh --filter REGEX    only the tests whose names match, as ctest -R does
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fast=no
filter=()
while [ $# -gt 0 ]; do
  case "$1" in
    --fast) fast=yes ;;
    --filter)
      [ $# -ge 2 ] || { echo "tests/run.sh: --filter needs a regular expression" >&2; exit 2; }
      filter=(--tests-regex "$2" --no-tests=ignore)
      shift
      ;;
    *)
      sed -n '2,7s/^# \{0,1\}//p' tests/run.sh >&2
      exit 2
      ;;
  esac
  shift
done

passed=0 failed=0 skipped=0
jobs=$(nproc)
results=$PWD/build/test-results

finish() {
  [ $((passed + failed)) -gt 0 ] || { echo "No test was run."; failed=1; }
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
  exit
}

say() { printf '\n== %s\n' "$*"; }

# Adds the counts of one JUnit file of CTest.
count() {
  local counts
  counts=$(sed -n '/<testsuite /,/>/p' "$1" | tr '\n\t' '  ' |
    sed -E 's/.* tests="([0-9]+)".* failures="([0-9]+)".* disabled="([0-9]+)".* skipped="([0-9]+)".*/\1 \2 \3 \4/')
  local all bad disabled passed_over
  read -r all bad disabled passed_over <<<"$counts"
  failed=$((failed + bad))
  skipped=$((skipped + disabled + passed_over))
  passed=$((passed + all - bad - disabled - passed_over))
}

# count_whole FOLDER REPORT: adds what GoogleTest wrote to the folder where CTest, by its report, ran whole executables.
# One that leaves nothing there ended too early, whatever it returned; one may also fail after its last test.
count_whole() {
  local line bad files=("$1"/*.xml)
  bad=$(($(grep -c '<testcase ' "$2") - ${#files[@]}))
  while read -r line; do
    [[ $line =~ ^\<testsuite\ .*\ tests=\"([0-9]+)\"\ failures=\"([0-9]+)\"\ disabled=\"([0-9]+)\"\ skipped=\"([0-9]+)\" ]] ||
      continue
    bad=$((bad + BASH_REMATCH[2]))
    skipped=$((skipped + BASH_REMATCH[3] + BASH_REMATCH[4]))
    passed=$((passed + BASH_REMATCH[1] - BASH_REMATCH[2] - BASH_REMATCH[3] - BASH_REMATCH[4]))
  done < <(cat "${files[@]}")
  local failed_whole
  failed_whole=$(grep -c '<testcase .* status="fail"' "$2")
  failed=$((failed + (bad > failed_whole ? bad : failed_whole)))
}

# run_preset NAME BUILD-PRESET TEST-PRESET [VARIABLE...]: configures, builds, tests. A step that breaks counts as one
# failure.
run_preset() {
  local name=$1 build=$2 tests=$3 report=$results/$3.xml whole=build/$1/whole before=$failed
  say "$tests: configure"
  cmake --preset "$name" "${configure[@]}" "${@:4}" || { echo "configuring $name failed"; failed=$((failed + 1)); return; }
  say "$tests: build"
  cmake --build --preset "$build" --parallel "$jobs" || { echo "building $name failed"; failed=$((failed + 1)); return; }
  say "$tests: test"
  rm -rf "$report" "$whole"
  ctest --preset "$tests" --parallel "$jobs" --output-junit "$report" "${filter[@]}"
  local status=$?
  if [ -f "$report" ] && [ -d "$whole" ]; then
    count_whole "$whole" "$report"
  elif [ -f "$report" ]; then
    count "$report"
  fi
  # Whatever went wrong without a failed test, such as no test at all, must not look like success.
  [ "$status" -eq 0 ] || [ "$failed" -gt "$before" ] || failed=$((failed + 1))
}

bash cmake/install-packages.sh test || { failed=1; finish; }

# The interpreter of the distribution, for it is the one that sees the distribution's pytest and pybind11.
python=/usr/bin/python3
echo "Python: $python ($("$python" --version))"
with_python=-DPython_EXECUTABLE=$python
configure=()
if command -v ccache >/dev/null; then
  echo "Compiling through ccache."
  configure+=(-DCMAKE_CXX_COMPILER_LAUNCHER=ccache)
fi
# A name picks tests, not executables.
[ ${#filter[@]} -eq 0 ] || configure+=(-DPILLING_WHOLE_TESTS=OFF)
mkdir -p "$results"

if [ "$fast" = yes ]; then
  run_preset release fast fast "$with_python"
  finish
fi
run_preset release release release "$with_python"
run_preset asan asan asan
run_preset tsan tsan tsan
finish
