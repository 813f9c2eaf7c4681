# The mocked state of a record as a state file of Terraform, within module $name when that is not
# empty.  $own: the workspace configures its providers itself.
def step($type): if type == "number" then {type: "index", value: {value: ., type: "number"}}
	elif $type == "attr" then {type: "get_attr", value: .}
	else {type: "index", value: {value: ., type: "string"}} end;
# The second word of a path is a key of a map, but in objects without a schema; later ones stand in blocks.
def place($builtin): [to_entries[] | .key as $i | .value
	| step(if $i == 1 and ($builtin | not) then "key" else "attr" end)];
def within($prefix): if $name == "" then . elif . == "" then $prefix else $prefix + "." + . end;
def attributes: .value_type as $type | (.type == "terraform_data") as $builtin | .values
	| if $builtin then with_entries(.key as $k
		| if .key == "id" or .value == null then . else .value = {value: .value, type: $type[1][$k]} end)
	  else . end;
(.plan | [.. | objects | select(has("schema_version")) | {key: .address, value: .schema_version}] | from_entries) as $versions
| ("module." + $name) as $prefix
| {version: 4, terraform_version: "1.11.4", serial: 1, lineage: "mocked", outputs: (if $name == "" then
	(.state.outputs | with_entries(.value |= {value, type: .value_type} + (if .sensitive == true then {sensitive: true} else {} end)))
	else {} end), check_results: null,
   resources: [.state.resources | to_entries[] | select(.value.mode == "managed")
	| .key as $address | .value as $r
	| {mode: "managed", type: $r.type, name: $r.name, each: null,
	   provider: ($r.provider_config | if $own == "1" and $name != "" then within($prefix) else . end),
	   instances: [{schema_version: $versions[$address], attributes: ($r | attributes),
			sensitive_attributes: [$r.sensitive | paths(. == true) | place($r.type == "terraform_data")]}
			+ (if $r.key == null then {} else {index_key: $r.key} end)]}
	  + ({module: ($r.module | within($prefix))} | if .module == "" then {} else . end) | del(.each)]
	| group_by([.module, .type, .name, .provider]) | map(.[0] + {instances: (map(.instances[0]))})}
