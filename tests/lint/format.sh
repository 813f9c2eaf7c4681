#!/bin/bash
# Every C file is laid out as .clang-format has it; `make format` does that.
set -u
cd "$(dirname "$0")/../.."
command -v clang-format >/dev/null || { echo "clang-format is missing; packaging/deps lint installs it"; exit 1; }
found=$(git ls-files '*.c' '*.h' | xargs clang-format --dry-run -Werror 2>&1 | sed -n 's/^\([^:]*\):.*error:.*/\1/p' | sort -u)
[ -z "$found" ] || { printf '%s: not laid out by clang-format\n' $found; exit 1; }
