#!/bin/sh
# Builds the example programs, and runs them on this computer for the results that the machine must give too.
# Needs riscv64-linux-gnu-gcc (Debian: gcc-riscv64-linux-gnu, here 12.2.0) and gcc. With --check nothing is written: the
# files must come out as they stand.
set -eu
cd "$(dirname "$0")"
out=bin
if [ "${1:-}" = --check ]; then
  out=$(mktemp -d)
  trap 'rm -rf "$out"' EXIT
fi
mkdir -p "$out"

# program, name of the file, options
build() {
  program=$1 name=$2
  shift 2
  riscv64-linux-gnu-gcc -mabi=lp64 -ffreestanding -fno-builtin -fno-tree-loop-distribute-patterns -nostdlib -static \
    -fno-pic -no-pie -Wl,--build-id=none -Wl,-z,noexecstack -Wall -Wextra -o "$out/$name.elf" "$program.c" "$@"
}
host() {
  gcc -DHOST -O1 -fwrapv -Wall -Wextra -o "$out/host" "$1.c" && "$out/host" "${2:-}" >"$out/$3.txt"
  rm "$out/host"
}

build hello hello -Os -march=rv64ima
build sum sum -Os -march=rv64imac
build workloads workloads -O2 -march=rv64ima
build corpus corpus-O0 -O0 -march=rv64ima
build corpus corpus-O2 -O2 -march=rv64imac
build corpus corpus-Os -Os -march=rv64imac
build corpus corpus-O3 -O3 -march=rv64ima
host hello '' hello
host corpus '' corpus
for n in 0 1 2 3 4; do host workloads "$n" "workload-$n"; done

if [ "$out" != bin ]; then
  diff -r bin "$out" && echo 'examples: reproduced'
fi
