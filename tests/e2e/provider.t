#!/bin/bash
# provider list, show and record.  What is recorded from our own mocked provider is what it was made from.
. tests/e2e/lib.sh
plan 18
cd "$work" || exit 1
pack=$build/packs/hashicorp-aws-5.100.0.pack
types=aws_s3_bucket,aws_kms_key,aws_db_instance,aws_security_group,aws_iam_role
is "list names the pack" "$("$fixproof" provider list | grep /aws)" "registry.terraform.io/hashicorp/aws 5.100.0"
is "show tells schema and facts of a type" \
	"$("$fixproof" provider show aws_kms_key | sed '/^data/,$d' | grep -E '^resource|deletion_window|key_usage')" \
	"resource aws_kms_key of registry.terraform.io/hashicorp/aws 5.100.0, schema version 0
  deletion_window_in_days number optional range=7..30
  key_usage string optional replaces default=\"ENCRYPT_DECRYPT\" one-of=SIGN_VERIFY|ENCRYPT_DECRYPT|GENERATE_VERIFY_MAC|KEY_AGREEMENT"
ends "a type that no pack knows" 4 "fixproof: provider: fixproof-worker: packs: no pack knows a type nothing" "$fixproof" provider show nothing
ends "nothing to do" 2 "fixproof: provider: say list, show TYPE or record BINARY" "$fixproof" provider
ends "a binary whose name says nothing" 2 \
	"fixproof: provider: x: its name does not say which provider it is: give --address and --version" "$fixproof" provider record x
ends "a binary that is not there" 4 "fixproof: provider: terraform-provider-a_v1.0.0: No such file or directory" \
	"$fixproof" provider record terraform-provider-a_v1.0.0
touch terraform-provider-a_v1.0.0
ends "a binary that is none" 4 "fixproof: provider: terraform-provider-a_v1.0.0: not an executable file" \
	"$fixproof" provider record terraform-provider-a_v1.0.0
printf '#!/bin/sh\necho hello\n' >terraform-provider-a_v1.0.0 && chmod +x terraform-provider-a_v1.0.0
ends "a binary that is no provider" 4 \
	"fixproof: provider: a-1.0.0.pack.journal (run it again to go on): fixproof-worker: record: the provider's handshake is not understood" \
	"$fixproof" provider record terraform-provider-a_v1.0.0
echo '{}' >a-1.0.0.pack.journal
ends "a journal of something else" 4 \
	"fixproof: provider: a-1.0.0.pack.journal: is the journal of another recording; remove it first" \
	"$fixproof" provider record terraform-provider-a_v1.0.0

# A provider that is a pack: the worker, started as a plugin.
mkdir w sockets
for t in ${types//,/ }; do echo "resource \"$t\" \"x\" {}" >>w/main.tf; done
cat >provider <<S
#!/bin/sh
exec $build/fixproof-worker mock-provider --plugin yes --dir $work/w --sockets \$(mktemp -d $work/sockets/XXXX) --pack-file $pack
S
chmod +x provider
echo '{"binary":"0","provider":"registry.terraform.io/hashicorp/aws","version":"5.100.0"}' >journal
"$build/fixproof-worker" record 10 ./provider "$types" 10<journal >lines
cat lines >>journal
"$build/fixproof-worker" pack 10 10<journal >recorded.pack
same() { # TYPE: as the pack behind the provider tells it, but for id, which nobody sets, and a range of one number
	diff <("$build/fixproof-worker" packs --type "$1" --pack-file "$pack" | sed "/^data/,\$d; s/ range=15..15//" | grep -v "^  id ") \
		<("$build/fixproof-worker" packs --type "$1" --pack-file recorded.pack | grep -v '^  id ')
}
ok "a default, an enumeration and what replaces come back: aws_kms_key" same aws_kms_key
ok "defaults within nested blocks: aws_s3_bucket" same aws_s3_bucket
ok "attributes written as blocks: aws_security_group" same aws_security_group
head -c $(($(wc -c <journal) * 2 / 3)) journal >cut
echo >>cut
"$build/fixproof-worker" record 10 ./provider "$types" 10<cut >rest
cat rest >>cut
is "a journal that was cut off is gone on with" "$(("$(wc -l <rest)" < "$(wc -l <lines)"))" 1
"$build/fixproof-worker" pack 10 10<cut >again.pack
ok "and gives the same pack" cmp recorded.pack again.pack

# The real provider, where there is one: twice the same bytes.
mirror=${FIXPROOF_TF_MIRROR:-$(find / -maxdepth 3 -type d -name registry.terraform.io -not -path '/proc/*' 2>/dev/null | head -1)}
real=$([ -z "$mirror" ] || find "$mirror" -type f -name 'terraform-provider-aws_v*' | head -1)
if [ -n "$real" ]; then
	few=aws_kms_key,aws_sqs_queue,aws_vpc,aws_db_instance,aws_security_group,aws_lb,aws_dynamodb_table,aws_vpc_ipam_pool,aws_iam_role
	for turn in one two; do "$fixproof" provider record "$real" --types $few --output $turn.pack >/dev/null 2>&1 || break; done
	ok "recording the real provider twice gives the same bytes" cmp one.pack two.pack
	is "the pack says what it was recorded from" "$("$build/fixproof-worker" packs --pack-file one.pack | tail -1)" \
		"  recorded from a binary with sha256:$(sha256sum "$real" | cut -c1-64)"
	is "and has the types" "$(for t in ${few//,/ }; do "$build/fixproof-worker" packs --type $t --pack-file one.pack | grep -c "^resource $t "; done | paste -sd+)" "1+1+1+1+1+1+1+1+1"
	is "the bounds of a text, an enumeration, and none where another validator takes more" \
		"$(for t in aws_iam_role aws_vpc_ipam_pool; do "$build/fixproof-worker" packs --type $t --pack-file one.pack | sed '/^data/,$d'; done |
			grep -E '^  (description|locale|address_family) ')" \
		'  description string optional range=0..1000
  address_family string required replaces one-of=ipv4|ipv6
  description string optional
  locale string optional replaces default="None"'
else
	for name in "recording the real provider twice" "what it was recorded from" "and the types" "bounds and enumerations"; do
		result 0 "$name # SKIP there is no binary of the AWS provider (FIXPROOF_TF_MIRROR)"
	done
fi
finish
