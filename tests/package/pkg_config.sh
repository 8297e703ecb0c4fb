#!/bin/sh
# Compiles the consumer the old way: pkg_config.sh STAGE WORK SOURCE COMPILER [FLAG...]
set -eu
stage=$1 work=$2 source=$3
shift 3

folder=$(dirname "$(find "$stage" -name pilling.pc)")
PKG_CONFIG_PATH=$folder${PKG_CONFIG_PATH:+:$PKG_CONFIG_PATH}
LD_LIBRARY_PATH=$(dirname "$folder")
export PKG_CONFIG_PATH LD_LIBRARY_PATH

mkdir -p "$work"
# Unquoted: what pkg-config prints is a list of words.
# shellcheck disable=SC2046
"$@" -std=c++20 "$source" -o "$work/consumer" $(pkg-config --cflags --libs pilling)
"$work/consumer"
