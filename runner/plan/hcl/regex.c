#include "runner/plan/hcl/regex.h"

#include <stdlib.h>
#include <string.h>

#include "runner/base/utf8.h"

/* RE2's limit on counted repetition. */
#define REPEAT_MAX 1000

struct reader {
	struct arena *arena;
	const char *at;
	struct buf out;
	struct regex_pattern *pattern;
	unsigned depth;
};

/* What a part of a pattern can match, as far as it matters for repeating it. */
struct part {
	bool may_be_empty, repeated;
	size_t start; /* in out */
};

static bool fail(struct reader *r, enum regex_fault fault, const char *reason)
{
	if (r->pattern->fault == REGEX_FINE) {
		r->pattern->fault = fault;
		r->pattern->reason = reason;
	}
	return false;
}

static void put_char(struct reader *r, uint32_t c)
{
	if (c < 0x80 &&
	    ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
		buf_addch(&r->out, (char)c);
	else
		buf_addf(&r->out, "\\x{%x}", c);
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool hex_escape(struct reader *r, uint32_t *ret)
{
	bool braces = *r->at == '{';
	uint32_t c = 0;
	int digits = 0;

	r->at += braces;
	while (hex_digit(*r->at) >= 0 && (braces || digits < 2)) {
		c = c << 4 | (uint32_t)hex_digit(*r->at++);
		if (++digits > 8 || c > 0x10ffff)
			return fail(r, REGEX_INVALID, "invalid escape sequence");
	}
	if (digits == 0 || (!braces && digits != 2) || (braces && *r->at++ != '}'))
		return fail(r, REGEX_INVALID, "invalid escape sequence");
	*ret = c;
	return true;
}

/* An escape that stands for one character; r->at is after the backslash. */
static bool char_escape(struct reader *r, uint32_t *ret)
{
	static const char names[] = "afnrtv", values[] = "\a\f\n\r\t\v";
	char c = *r->at;
	const char *name = c != '\0' ? strchr(names, c) : NULL;

	if (c == '\0')
		return fail(r, REGEX_INVALID, "trailing backslash at end of expression");
	if (name) {
		r->at++;
		*ret = (unsigned char)values[name - names];
		return true;
	}
	if (c == 'x') {
		r->at++;
		return hex_escape(r, ret);
	}
	if (c >= '0' && c <= '7') {
		uint32_t octal = 0;

		if (c != '0' && (r->at[1] < '0' || r->at[1] > '7'))
			return fail(r, REGEX_INVALID, "invalid escape sequence");
		for (int i = 0; i < 3 && *r->at >= '0' && *r->at <= '7'; i++)
			octal = octal * 8 + (uint32_t)(*r->at++ - '0');
		*ret = octal;
		return true;
	}
	if ((unsigned char)c < 0x80 && ((c >= '!' && c <= '/') || (c >= ':' && c <= '@') ||
					(c >= '[' && c <= '`') || (c >= '{' && c <= '~'))) {
		r->at++;
		*ret = (unsigned char)c;
		return c != '_' ? true : fail(r, REGEX_INVALID, "invalid escape sequence");
	}
	return fail(r, REGEX_INVALID, "invalid escape sequence");
}

/* \d \s \w and their opposites, without Unicode; inside says whether in a class. */
static bool perl_class(struct reader *r, bool inside)
{
	switch (*r->at) {
	case 'd':
		buf_addstr(&r->out, inside ? "0-9" : "[0-9]");
		break;
	case 'D':
		buf_addstr(&r->out, inside ? "\\D" : "[^0-9]");
		break;
	case 's':
		buf_addstr(&r->out, inside ? "\\t\\n\\f\\r " : "[\\t\\n\\f\\r ]");
		break;
	case 'S':
		/* PCRE2's \S leaves out the vertical tab, RE2's does not. */
		buf_addstr(&r->out, inside ? "\\S\\x{b}" : "[^\\t\\n\\f\\r ]");
		break;
	case 'w':
		buf_addstr(&r->out, inside ? "0-9A-Za-z_" : "[0-9A-Za-z_]");
		break;
	case 'W':
		buf_addstr(&r->out, inside ? "\\W" : "[^0-9A-Za-z_]");
		break;
	default:
		return false;
	}
	r->at++;
	return true;
}

/* \pL, \p{Greek}, \P…; passed on where the name is one that both know. */
static bool unicode_class(struct reader *r)
{
	static const char *const known[] = {
		"L",	    "Ll",	"Lm",	  "Lo",	    "Lt",    "Lu",	 "M",
		"Mc",	    "Me",	"Mn",	  "N",	    "Nd",    "Nl",	 "No",
		"P",	    "Pc",	"Pd",	  "Pe",	    "Pf",    "Pi",	 "Po",
		"Ps",	    "S",	"Sc",	  "Sk",	    "Sm",    "So",	 "Z",
		"Zl",	    "Zp",	"Zs",	  "Latin",  "Greek", "Cyrillic", "Han",
		"Hiragana", "Katakana", "Hebrew", "Arabic", "Thai",  "Hangul"};
	bool negated = *r->at == 'P';
	char name[32] = "";
	size_t n = 0;

	r->at++;
	if (*r->at != '{') {
		if (*r->at == '\0')
			return fail(r, REGEX_INVALID, "invalid character class range");
		name[0] = *r->at++;
	} else {
		r->at++;
		if (*r->at == '^') {
			negated = !negated;
			r->at++;
		}
		while (*r->at != '}' && *r->at != '\0' && n + 1 < sizeof(name))
			name[n++] = *r->at++;
		if (*r->at++ != '}')
			return fail(r, REGEX_INVALID, "invalid character class range");
	}
	for (size_t i = 0; i < FP_ARRAY_SIZE(known); i++) {
		if (strcmp(known[i], name) == 0) {
			buf_addf(&r->out, "\\%c{%s}", negated ? 'P' : 'p', name);
			return true;
		}
	}
	return fail(r, REGEX_UNSUPPORTED, "this character class");
}

static bool posix_class(struct reader *r)
{
	static const char *const names[] = {"alnum", "alpha", "ascii", "blank", "cntrl",
					    "digit", "graph", "lower", "print", "punct",
					    "space", "upper", "word",  "xdigit"};
	const char *p = r->at + 2;
	bool negated = *p == '^';

	p += negated;
	for (size_t i = 0; i < FP_ARRAY_SIZE(names); i++) {
		size_t n = strlen(names[i]);

		if (strncmp(p, names[i], n) == 0 && p[n] == ':' && p[n + 1] == ']') {
			buf_addf(&r->out, "[:%s%s:]", negated ? "^" : "", names[i]);
			r->at = p + n + 2;
			return true;
		}
	}
	return fail(r, REGEX_INVALID, "invalid character class range");
}

static bool class_char(struct reader *r, uint32_t *ret)
{
	size_t n;

	if (*r->at == '\0')
		return fail(r, REGEX_INVALID, "missing closing ]");
	if (*r->at == '\\') {
		r->at++;
		return char_escape(r, ret);
	}
	*ret = utf8_decode(r->at, strlen(r->at), &n);
	r->at += n;
	return true;
}

static bool class_item(struct reader *r)
{
	uint32_t low, high;

	if (r->at[0] == '[' && r->at[1] == ':')
		return posix_class(r);
	if (r->at[0] == '\\' && (r->at[1] == 'p' || r->at[1] == 'P')) {
		r->at++;
		return unicode_class(r);
	}
	if (r->at[0] == '\\' && r->at[1] != '\0' && strchr("dDsSwW", r->at[1])) {
		r->at++;
		return perl_class(r, true);
	}
	if (!class_char(r, &low))
		return false;
	high = low;
	if (r->at[0] == '-' && r->at[1] != ']' && r->at[1] != '\0') {
		r->at++;
		if (!class_char(r, &high))
			return false;
		if (high < low)
			return fail(r, REGEX_INVALID, "invalid character class range");
	}
	put_char(r, low);
	if (high != low) {
		buf_addch(&r->out, '-');
		put_char(r, high);
	}
	return true;
}

static bool class(struct reader *r)
{
	bool first = true;

	buf_addch(&r->out, '[');
	r->at++;
	if (*r->at == '^') {
		buf_addch(&r->out, '^');
		r->at++;
	}
	for (; *r->at != ']' || first; first = false) {
		if (*r->at == '\0')
			return fail(r, REGEX_INVALID, "missing closing ]");
		if (!class_item(r))
			return false;
	}
	r->at++;
	buf_addch(&r->out, ']');
	return true;
}

static bool alternatives(struct reader *r, struct part *ret);

static bool group_name(struct reader *r, const char **ret)
{
	const char *start = r->at;

	while ((*r->at >= '0' && *r->at <= '9') || (*r->at >= 'a' && *r->at <= 'z') ||
	       (*r->at >= 'A' && *r->at <= 'Z') || *r->at == '_')
		r->at++;
	if (r->at == start || *r->at != '>')
		return fail(r, REGEX_INVALID, "invalid named capture");
	*ret = arena_strndup(r->arena, start, (size_t)(r->at - start));
	r->at++;
	return true;
}

/* (?flags) and (?flags: ; 1 a group follows, 0 none does, -1 an error. */
static int flags(struct reader *r)
{
	bool minus = false;

	buf_addstr(&r->out, "(?");
	for (;; r->at++) {
		char c = *r->at;

		if (c == ':' || c == ')') {
			buf_addch(&r->out, c);
			r->at++;
			return c == ':';
		}
		if (c == '-' && !minus)
			minus = true;
		else if (c == '\0' || !strchr("imsU", c))
			break;
		buf_addch(&r->out, c);
	}
	(void)fail(r, REGEX_INVALID, "invalid or unsupported Perl syntax");
	return -1;
}

static bool group_body(struct reader *r, struct part *ret)
{
	bool fine;

	if (r->depth >= REGEX_DEPTH_MAX)
		return fail(r, REGEX_LIMIT, "nested too deeply");
	r->depth++;
	fine = alternatives(r, ret);
	r->depth--;
	if (!fine)
		return false;
	if (*r->at != ')')
		return fail(r, REGEX_INVALID, "missing closing )");
	r->at++;
	buf_addch(&r->out, ')');
	return true;
}

/* Sets *ret_flags when it was flags alone, which can not be repeated. */
static bool group(struct reader *r, struct part *ret, bool *ret_flags)
{
	const char *name = NULL;
	bool capturing = true;
	int kind;

	r->at++;
	if (strncmp(r->at, "?P<", 3) == 0 ||
	    (strncmp(r->at, "?<", 2) == 0 && r->at[2] != '=' && r->at[2] != '!')) {
		r->at += r->at[1] == 'P' ? 3 : 2;
		if (!group_name(r, &name))
			return false;
		buf_addch(&r->out, '(');
	} else if (r->at[0] == '?') {
		r->at++;
		kind = flags(r);
		if (kind < 0)
			return false;
		*ret_flags = kind == 0;
		if (kind == 0)
			return true;
		capturing = false;
	} else {
		buf_addch(&r->out, '(');
	}
	if (capturing) {
		if (r->pattern->groups >= REGEX_GROUPS_MAX)
			return fail(r, REGEX_LIMIT, "more groups than accepted");
		r->pattern->names[r->pattern->groups++] = name;
	}
	return group_body(r, ret);
}

/* \Q…\E; every character for itself. */
static void literal_run(struct reader *r)
{
	size_t n;

	buf_addstr(&r->out, "(?:");
	while (*r->at != '\0' && !(r->at[0] == '\\' && r->at[1] == 'E')) {
		put_char(r, utf8_decode(r->at, strlen(r->at), &n));
		r->at += n;
	}
	if (*r->at != '\0')
		r->at += 2;
	buf_addch(&r->out, ')');
}

static bool escape(struct reader *r, struct part *ret)
{
	uint32_t c;

	r->at++;
	switch (*r->at) {
	case 'A':
	case 'z':
	case 'b':
	case 'B':
		buf_addf(&r->out, "\\%c", *r->at++);
		ret->may_be_empty = true;
		return true;
	case 'p':
	case 'P':
		return unicode_class(r);
	case 'Q':
		r->at++;
		/* A repetition after it would be of the last character only. */
		literal_run(r);
		if (*r->at != '\0' && strchr("*+?{", *r->at))
			return fail(r, REGEX_UNSUPPORTED, "a repetition after \\Q…\\E");
		return true;
	default:
		break;
	}
	if (perl_class(r, false))
		return true;
	if (!char_escape(r, &c))
		return false;
	put_char(r, c);
	return true;
}

static bool atom(struct reader *r, struct part *ret, bool *ret_flags)
{
	size_t n;

	switch (*r->at) {
	case '(':
		return group(r, ret, ret_flags);
	case '[':
		return class(r);
	case '\\':
		return escape(r, ret);
	case '.':
		buf_addch(&r->out, *r->at++);
		return true;
	case '^':
	case '$':
		buf_addch(&r->out, *r->at++);
		ret->may_be_empty = true;
		return true;
	case '*':
	case '+':
	case '?':
		return fail(r, REGEX_INVALID, "missing argument to repetition operator");
	default:
		put_char(r, utf8_decode(r->at, strlen(r->at), &n));
		r->at += n;
		return true;
	}
}

/* {n}, {n,}, {n,m} at r->at: its size, or 0 when it is just text. */
static size_t counted(const char *p, long *min, long *max)
{
	const char *start = p++;
	char *end;

	if (*p < '0' || *p > '9')
		return 0;
	*min = strtol(p, &end, 10);
	*max = *min;
	if (*end == ',') {
		end++;
		*max = -1;
		if (*end >= '0' && *end <= '9')
			*max = strtol(end, &end, 10);
	}
	return *end == '}' ? (size_t)(end + 1 - start) : 0;
}

static bool repetition(struct reader *r, struct part *p, bool is_flags)
{
	long min = 0, max = -1;
	size_t n = 1;
	char c = *r->at;

	if (c == '\0' || !strchr("*+?{", c))
		return true;
	if (c == '{')
		n = counted(r->at, &min, &max);
	if (n == 0)
		return true;
	if (is_flags)
		return fail(r, REGEX_INVALID, "missing argument to repetition operator");
	if (c == '+')
		min = 1;
	if (c == '?')
		max = 1;
	if (min > REPEAT_MAX || max > REPEAT_MAX || (max >= 0 && max < min))
		return fail(r, REGEX_INVALID, "invalid repeat count");
	if (c == '{' && p->repeated)
		return fail(r, REGEX_UNSUPPORTED, "counted repetitions within each other");
	if (p->may_be_empty && max != 1 && max != 0)
		return fail(r, REGEX_UNSUPPORTED, "repeating what may be empty");
	buf_add(&r->out, r->at, n);
	r->at += n;
	if (*r->at == '?')
		buf_addch(&r->out, *r->at++);
	if (*r->at != '\0' && strchr("*+?", *r->at))
		return fail(r, REGEX_INVALID, "invalid nested repetition operator");
	if (*r->at == '{' && counted(r->at, &min, &max) > 0)
		return fail(r, REGEX_INVALID, "invalid nested repetition operator");
	p->may_be_empty |= min == 0;
	p->repeated |= c == '{';
	return true;
}

static bool sequence(struct reader *r, struct part *ret)
{
	ret->may_be_empty = true;
	ret->repeated = false;
	while (*r->at != '\0' && *r->at != '|' && *r->at != ')') {
		struct part one = {false, false, r->out.size};
		bool is_flags = false;

		if (!atom(r, &one, &is_flags) || !repetition(r, &one, is_flags))
			return false;
		if (!is_flags)
			ret->may_be_empty &= one.may_be_empty;
		ret->repeated |= one.repeated;
	}
	return true;
}

static bool alternatives(struct reader *r, struct part *ret)
{
	struct part one = {false, false, 0};

	if (!sequence(r, ret))
		return false;
	while (*r->at == '|') {
		buf_addch(&r->out, *r->at++);
		if (!sequence(r, &one))
			return false;
		ret->may_be_empty |= one.may_be_empty;
		ret->repeated |= one.repeated;
	}
	return true;
}

static void check_names(struct reader *r)
{
	for (size_t i = 0; i < r->pattern->groups; i++)
		for (size_t j = 0; j < i; j++)
			if (r->pattern->names[i] && r->pattern->names[j] &&
			    strcmp(r->pattern->names[i], r->pattern->names[j]) == 0)
				(void)fail(r, REGEX_INVALID, "duplicate capture group name");
}

void regex_translate(struct arena *a, const char *text, struct regex_pattern *ret)
{
	struct reader r = {.arena = a, .at = text, .out = BUF_INIT(1 << 20), .pattern = ret};
	struct part whole;

	memset(ret, 0, sizeof(*ret));
	if (alternatives(&r, &whole) && *r.at == ')')
		(void)fail(&r, REGEX_INVALID, "unexpected )");
	check_names(&r);
	if (r.out.overflow)
		(void)fail(&r, REGEX_LIMIT, "too large");
	ret->pcre = arena_strdup(a, buf_text(&r.out));
	buf_release(&r.out);
}
