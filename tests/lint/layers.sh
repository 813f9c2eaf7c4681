#!/bin/bash
# Who may include whom.  One row a layer: the folder or file, then what it may include besides itself.
# Longest match decides.  docs/architecture.md tells why the last rows are the security design.
set -eu
cd "$(dirname "$0")/../.."
rules='
runner/base
sandbox runner/base
runner/canon runner/base
runner/fixcase runner/base runner/canon
runner/findings runner/base
runner/plan runner/base runner/canon
runner/plan/hcl runner/base
runner/evidence runner/base runner/canon sandbox/sandbox.h
policies runner/base runner/canon runner/evidence runner/findings
verifiers runner/base runner/canon runner/evidence policies
runner/attest runner/base runner/canon runner/evidence runner/findings verifiers policies
runner/attest/signer runner/attest runner/base runner/locate
runner/signer_main runner/base runner/attest/signer.h
runner/report runner/diff runner/base runner/canon runner/evidence verifiers policies
runner/worker runner/base runner/canon runner/evidence runner/plan runner/fixcase
runner/worker_closed runner/base
runner/worker_main runner/base runner/worker
runner/launcher runner/base runner/canon sandbox
runner/launcher_main runner/base runner/launcher
runner/image runner/base
runner/locate runner/base
runner/gitfix runner/base runner/launcher sandbox
runner/diff runner/base runner/canon
runner/execs runner/base runner/canon runner/evidence runner/runs runner/launcher runner/image runner/locate runner/fixcase policies sandbox
runner/policyset runner/base runner/canon runner/evidence runner/gitfix runner/launcher policies
runner/findingreport runner/base runner/canon runner/evidence runner/findings runner/fixcase policies
runner/newsecrets runner/base runner/canon runner/evidence
runner/runs runner/locate runner/base runner/canon runner/evidence runner/fixcase runner/launcher sandbox runner/image
runner/pipeline runner/execs runner/policyset runner/findingreport runner/findings runner/newsecrets runner/bundling runner/redact runner/gitfix runner/diff runner/locate runner/base runner/canon runner/evidence runner/fixcase runner/attest runner/report verifiers policies sandbox runner/launcher runner/runs runner/opt runner/image
runner/cmd runner/execs runner/rerun runner/redact runner/diff runner/locate runner/base runner/canon runner/evidence runner/fixcase runner/attest runner/report verifiers policies sandbox runner/launcher runner/runs runner/opt runner/pipeline runner/image
runner/redact runner/base runner/canon runner/evidence
runner/redact_marks runner/redact runner/base
runner/bundling runner/redact runner/diff runner/base runner/canon runner/evidence runner/fixcase runner/attest verifiers policies runner/runs runner/locate
runner/rerun runner/execs runner/image runner/newsecrets runner/bundling runner/redact runner/diff runner/locate runner/base runner/canon runner/evidence runner/fixcase runner/attest verifiers policies runner/launcher runner/runs runner/pipeline
runner/opt runner/base
runner/main runner/base runner/cmd runner/opt
runner/front runner/base runner/cmd runner/locate
'
bad=0
while read -r file; do
	stem=${file%.*} best='' allowed=''
	while read -r layer rest; do
		[ -n "$layer" ] || continue
		case "$stem" in
		"$layer" | "$layer"/*) [ ${#layer} -le ${#best} ] || { best=$layer allowed=$rest; } ;;
		esac
	done <<<"$rules"
	if [ -z "$best" ]; then
		echo "$file: no layer in tests/lint/layers.sh covers this file"
		bad=1
		continue
	fi
	while read -r included; do
		stem=${included%.*} ok=0
		for a in $best $allowed; do
			case "$included" in "$a" | "$a"/* | "$a".h) ok=1 ;; esac
		done
		if [ "$ok" = 0 ]; then
			echo "$file: includes $included, which the layer $best may not"
			bad=1
		fi
	done < <(sed -n 's/^#include "\([^"]*\)".*/\1/p' "$file" | grep -v '^gen/' || true)
done < <(git ls-files -co --exclude-standard 'runner/*.[ch]' 'sandbox/*.[ch]' 'policies/*.[ch]' 'verifiers/*.[ch]')
# Patches and plans are for the worker alone.
if grep -rlE '^#include "runner/(plan/|fixcase/patch)' runner/pipeline.* runner/cmd runner/runs* 2>/dev/null; then
	echo "the files above include plan or patch, which only the worker may"
	bad=1
fi
exit $bad
