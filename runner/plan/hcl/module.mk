LIB_SRCS += $(addprefix runner/plan/hcl/, bodyparser.c content.c convert.c diag.c dynamic.c eval.c \
	evalindex.c evalparts.c func.c funccollection.c funcencoding.c funcfile.c funcformat.c \
	funchash.c funcmap.c funcnet.c funcnumber.c funcregex.c funcset.c funcstring.c functemplate.c \
	functime.c functype.c funcyaml.c grapheme.c jsonsyntax.c jsontext.c lexer.c number.c operate.c parser.c \
	parserfor.c parserterm.c quote.c refs.c regex.c syntax.c template.c type.c typeexpr.c unify.c value.c valueequal.c \
	valuejson.c valueset.c workdir.c)
SCRIPT_TESTS += tests/conformance/expressions/live
UNIT_TESTS += test_hclexpr test_hclconform test_hclrefuse test_hclsyntax
FUZZ_TARGETS += fuzz_hcl fuzz_hcljson fuzz_hclexpr fuzz_number fuzz_regex fuzz_yaml
