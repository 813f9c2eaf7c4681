#!/bin/bash
# What a folder exports begins with the name of one of its files, or of the folder itself.
set -u
cd "$(dirname "$0")/../.."
bad=0
[ -f build/release/libfixproof.a ] || { echo "build/release/libfixproof.a: is not built"; exit 1; }
while read -r object; do
	source=${object#build/release/}
	[ -f "${source%.o}.c" ] || continue # left from a file that is no more
	folder=$(dirname "$source")
	case $folder in gen) continue ;; esac
	names=$(ls "$folder"/*.[ch] 2>/dev/null | sed "s,.*/,,; s,\\.[ch]$,,")
	case $folder in
	verifiers) names="$names verifiers verdict decision" ;;
	policies) names="$names policy" ;;
	runner/runs) names="$names runs" ;;
	runner) names="$names launcher worker signer __wrap" ;; # the last is how the linker names them
	runner/launcher) names="$names launcher" ;;
	runner/attest) names="$names statements" ;;
	runner/canon) names="$names canon" ;;
	runner/base) names="$names base64" ;;
	runner/plan) names="$names plan planner expand" ;;
	runner/plan/hcl) names="$names call" ;;
	esac
	names="$names $(basename "$folder")"
	while read -r symbol; do
		ok=0
		for n in $names; do
			case $symbol in "$n" | "$n"_* | "${n}s_"*) ok=1 ;; esac
		done
		[ $ok = 1 ] || {
			echo "$folder: exports $symbol, which begins with none of: $(echo $names | tr '\n' ' ')"
			bad=1
		}
	done < <(nm -g --defined-only "$object" | awk '$2 ~ /^[TDRBC]$/ {print $3}')
done < <(find build/release/runner build/release/sandbox build/release/verifiers build/release/policies -name '*.o' ! -name '*main.o' 2>/dev/null)
exit $bad
