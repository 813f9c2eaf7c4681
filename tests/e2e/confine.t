#!/bin/bash
# The sandbox is usable without the rest: an example that knows its header and links nothing else.
. tests/e2e/lib.sh
plan 4
confine=$build/examples/confine
make -s -o "$build/.flags" "CONFIG=$(basename "$build")" "build/$(basename "$build")/examples/confine" >/dev/null 2>&1
is "it includes the sandbox's header and what that needs" \
	"$(sed -n 's/^#include "\(.*\)"/\1/p' examples/confine.c | tr '\n' ' ')" "sandbox/sandbox.h "
is "a command's output and status come through" "$("$confine" sh -c 'echo said; exit 3' 2>/dev/null; echo $?)" "said
3"
is "nothing of the host is there" "$("$confine" ls /etc/shadow /root 2>/dev/null | wc -l)" 0
is "what is refused is told" \
	"$("$confine" /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_INET)' 2>&1 | grep -c '^refused: socket(AF_INET')" 1
finish
