# For tests in shell: TAP, a directory of one's own, and the programs under test.  Source it, call
# plan N, then ok NAME COMMAND… or the checks below.
set -u
build=${FIXPROOF_BUILD:-$PWD/build/release}
source_dir=${FIXPROOF_SOURCE:-$PWD}
fixproof=$build/fixproof
work=$(mktemp -d /tmp/fixproof-test-XXXXXX)
trap 'rm -rf "$work"' EXIT
tap_number=0 tap_failed=0

plan() { echo "1..$1"; }
skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}
result() { # STATUS NAME
	tap_number=$((tap_number + 1))
	if [ "$1" -eq 0 ]; then
		echo "ok $tap_number - $2"
	else
		echo "not ok $tap_number - $2"
		tap_failed=1
	fi
}
ok() { # NAME COMMAND…: the command succeeds
	local name=$1 output
	shift
	if output=$("$@" 2>&1); then
		result 0 "$name"
	else
		result 1 "$name"
		printf '%s\n' "$output" | head -20 | sed 's/^/# /'
	fi
}
is() { # NAME GOT WANTED
	if [ "$2" = "$3" ]; then
		result 0 "$1"
	else
		result 1 "$1"
		printf '# got:    %s\n# wanted: %s\n' "$2" "$3"
	fi
}
ends() { # NAME STATUS MESSAGE COMMAND…: its status, and the last line on standard error
	local name=$1 status=$2 message=$3 got_status got
	shift 3
	got=$("$@" 2>&1 >/dev/null | tail -1)
	"$@" >/dev/null 2>&1
	got_status=$?
	is "$name" "$got_status: $got" "$status: $message"
}
finish() { exit $tap_failed; }
make_key() { "$fixproof" key generate --no-password --output "$work/$1" ${2:+--type "$2"} >/dev/null; }
