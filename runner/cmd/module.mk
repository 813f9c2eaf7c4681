LIB_SRCS += runner/gitfix.c runner/policyset.c runner/execs.c runner/findingreport.c runner/newsecrets.c runner/opt.c runner/pipeline.c runner/bundling.c runner/redact.c runner/redact_marks.c runner/rerun.c runner/cmd/cmd_completion.c runner/cmd/cmd_doctor.c \
	runner/cmd/cmd_key.c runner/cmd/cmd_plan.c runner/cmd/cmd_policy.c runner/cmd/policy_check.c runner/cmd/cmd_run.c \
	runner/cmd/cmd_image.c runner/cmd/cmd_provider.c runner/cmd/cmd_sandbox.c runner/cmd/dispatch.c runner/cmd/cmd_show.c runner/cmd/cmd_verify.c \
	runner/cmd/planning.c runner/cmd/policy_report.c runner/cmd/policy_test.c runner/cmd/table.c runner/cmd/checking.c \
	runner/cmd/cmd_pack.c runner/cmd/cmd_consensus.c runner/cmd/cmd_rerun.c runner/cmd/cmd_sign.c runner/cmd/cmd_log.c runner/cmd/cmd_timestamp.c runner/cmd/cmd_trust.c runner/cmd/sigfiles.c \
	runner/cmd/signopt.c
