#!/usr/bin/env bash
# Installs the system packages that are missing, on Debian 12 or Ubuntu 24.04.
#
#   cmake/install-packages.sh build       what the library and its Python module need
#   cmake/install-packages.sh reference   … and the reference, made by the target of that name
#   cmake/install-packages.sh test        `build`, and what the tests and benchmarks need
#   cmake/install-packages.sh lint        all of that, and what .ci/run checks beyond it
set -euo pipefail

build_packages=(
  ca-certificates cmake g++ ninja-build pkg-config
  libboost-dev libcsv-dev libcurl4-openssl-dev libexpat1-dev libsimdjson-dev libsqlite3-dev libutf8proc-dev
  libxxhash-dev zlib1g-dev
  pybind11-dev python3 python3-dev
)
test_packages=(curl libbenchmark-dev libgmock-dev libgtest-dev mypy python3-hypothesis python3-numpy python3-prometheus-client python3-pytest)
reference_packages=(doxygen python3-sphinx)
lint_packages=(clang-16 clang-format-16 clang-tidy-16 git libclang-rt-16-dev python3-venv)

case "${1:-}" in
  build) wanted=("${build_packages[@]}") ;;
  test) wanted=("${build_packages[@]}" "${test_packages[@]}") ;;
  lint) wanted=("${build_packages[@]}" "${test_packages[@]}" "${lint_packages[@]}" "${reference_packages[@]}") ;;
  reference) wanted=("${build_packages[@]}" "${reference_packages[@]}") ;;
  *)
    echo "usage: $0 build|test|lint|reference" >&2
    exit 2
    ;;
esac

fail() {
  echo "install-packages: $*" >&2
  exit 1
}

is_installed() {
  dpkg-query --show --showformat='${db:Status-Abbrev}\n' "$1" 2>/dev/null | grep -q '^.i'
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  fail "this system has no apt-get; install what Debian calls: ${wanted[*]}"
fi

missing=()
for package in "${wanted[@]}"; do
  is_installed "$package" || missing+=("$package")
done
if [ ${#missing[@]} -eq 0 ]; then
  echo "System packages: all there."
  exit 0
fi

echo "System packages: installing ${missing[*]}"
echo "apt-get says little and may take a minute or two."
as_root=(env DEBIAN_FRONTEND=noninteractive)
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || fail "neither root nor sudo; ask an administrator to install: ${missing[*]}"
  as_root=(sudo "${as_root[@]}")
fi
"${as_root[@]}" apt-get update --quiet=2 || fail "apt-get update failed; still missing: ${missing[*]}"
"${as_root[@]}" apt-get install --yes --quiet=2 -o Dpkg::Use-Pty=0 --no-install-recommends "${missing[@]}" >/dev/null ||
  fail "apt-get install failed; still missing: ${missing[*]}"
