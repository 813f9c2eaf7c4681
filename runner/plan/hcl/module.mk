LIB_SRCS += $(addprefix runner/plan/hcl/, bodyparser.c content.c convert.c diag.c dynamic.c eval.c \
	evalindex.c evalparts.c func.c funccollection.c funcencoding.c funcmap.c funcnumber.c funcset.c \
	funcstring.c functype.c jsonsyntax.c jsontext.c lexer.c number.c operate.c parser.c parserterm.c \
	quote.c refs.c syntax.c template.c type.c typeexpr.c unify.c value.c valueequal.c valuejson.c valueset.c)
UNIT_TESTS += test_hclexpr
