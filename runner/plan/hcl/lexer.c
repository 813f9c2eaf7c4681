#include "runner/plan/hcl/lexer.h"

#include <string.h>

#include "runner/base/utf8.h"
#include "runner/plan/hcl/quote.h"

enum mode {
	MODE_NORMAL,
	MODE_STRING,
	MODE_HEREDOC,
	MODE_BARE,
};

/* One level of nesting: code in templates in code. */
struct level {
	enum mode mode;
	int close_at;		      /* MODE_NORMAL within a template: the brace that ends it */
	uint32_t marker, marker_size; /* MODE_HEREDOC */
	bool start_of_line;
};

struct lexer {
	struct arena *arena;
	const char *text;
	uint32_t at, size;
	struct token *list;
	size_t count, capacity;
	struct level *levels;
	size_t depth, level_capacity;
	int braces;
};

static void emit(struct lexer *l, enum token_kind kind, uint32_t start, uint32_t end)
{
	l->list = arena_grow(l->arena, l->list, l->count, &l->capacity, sizeof(*l->list));
	l->list[l->count++] = (struct token){kind, start, end};
	l->at = end;
}

static void push(struct lexer *l, struct level level)
{
	l->levels =
		arena_grow(l->arena, l->levels, l->depth, &l->level_capacity, sizeof(*l->levels));
	l->levels[l->depth++] = level;
}

static struct level *top(struct lexer *l)
{
	return &l->levels[l->depth - 1];
}

static char look(const struct lexer *l, uint32_t ahead)
{
	return l->size - l->at > ahead ? l->text[l->at + ahead] : '\0';
}

static bool starts(const struct lexer *l, const char *word)
{
	size_t n = strlen(word);

	return l->size - l->at >= n && memcmp(l->text + l->at, word, n) == 0;
}

static uint32_t newline_size(const struct lexer *l, uint32_t at)
{
	if (at < l->size && l->text[at] == '\n')
		return 1;
	return l->size - at >= 2 && l->text[at] == '\r' && l->text[at + 1] == '\n' ? 2 : 0;
}

/* digits, dots and exponents; the last character is no dot. */
static uint32_t number_end(const struct lexer *l)
{
	uint32_t p = l->at + 1, end = p;

	while (p < l->size) {
		char c = l->text[p];

		if (c >= '0' && c <= '9') {
			end = ++p;
		} else if (c == '.') {
			p++;
		} else if (c == 'e' || c == 'E') {
			uint32_t q = p + 1;

			if (q < l->size && (l->text[q] == '+' || l->text[q] == '-'))
				q++;
			if (q >= l->size || l->text[q] < '0' || l->text[q] > '9')
				break;
			end = p = q + 1;
		} else {
			break;
		}
	}
	return end;
}

static uint32_t comment_end(const struct lexer *l)
{
	const char *end;

	if (starts(l, "/*")) {
		end = memmem(l->text + l->at + 2, l->size - l->at - 2, "*/", 2);
		return end ? (uint32_t)(end - l->text) + 2 : 0;
	}
	if (look(l, 0) != '#' && !starts(l, "//"))
		return 0;
	end = memchr(l->text + l->at, '\n', l->size - l->at);
	return end ? (uint32_t)(end - l->text) + 1 : l->size;
}

/* <<EOT and <<-EOT with the newline; false if it is not that. */
static bool heredoc(struct lexer *l)
{
	uint32_t p = l->at + 2, marker, n;

	if (!starts(l, "<<"))
		return false;
	if (p < l->size && l->text[p] == '-')
		p++;
	marker = p;
	p += (uint32_t)quote_identifier_size(l->text + p, l->size - p);
	n = newline_size(l, p);
	if (p == marker || n == 0)
		return false;
	push(l, (struct level){.mode = MODE_HEREDOC,
			       .marker = marker,
			       .marker_size = p - marker,
			       .start_of_line = true});
	emit(l, TOKEN_OPEN_HEREDOC, l->at, p + n);
	return true;
}

static const struct {
	char text[4];
	enum token_kind kind;
} symbols[] = {
	{"...", TOKEN_ELLIPSIS},
	{"==", TOKEN_EQUAL},
	{"!=", TOKEN_NOT_EQUAL},
	{">=", TOKEN_GREATER_EQUAL},
	{"<=", TOKEN_LESS_EQUAL},
	{"&&", TOKEN_AND},
	{"||", TOKEN_OR},
	{"::", TOKEN_DOUBLE_COLON},
	{"=>", TOKEN_FAT_ARROW},
	{"[", TOKEN_OPEN_BRACKET},
	{"]", TOKEN_CLOSE_BRACKET},
	{"(", TOKEN_OPEN_PAREN},
	{")", TOKEN_CLOSE_PAREN},
	{".", TOKEN_DOT},
	{",", TOKEN_COMMA},
	{"*", TOKEN_STAR},
	{"/", TOKEN_SLASH},
	{"%", TOKEN_PERCENT},
	{"+", TOKEN_PLUS},
	{"-", TOKEN_MINUS},
	{"=", TOKEN_ASSIGN},
	{"<", TOKEN_LESS},
	{">", TOKEN_GREATER},
	{"!", TOKEN_BANG},
	{"?", TOKEN_QUESTION},
	{":", TOKEN_COLON},
	{"&", TOKEN_OPERATOR_UNKNOWN},
	{"|", TOKEN_OPERATOR_UNKNOWN},
	{"~", TOKEN_OPERATOR_UNKNOWN},
	{"^", TOKEN_OPERATOR_UNKNOWN},
	{";", TOKEN_OPERATOR_UNKNOWN},
	{"`", TOKEN_OPERATOR_UNKNOWN},
	{"'", TOKEN_OPERATOR_UNKNOWN},
};

static bool symbol(struct lexer *l)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(symbols); i++) {
		if (starts(l, symbols[i].text)) {
			emit(l, symbols[i].kind, l->at, l->at + (uint32_t)strlen(symbols[i].text));
			return true;
		}
	}
	return false;
}

static void close_brace(struct lexer *l, uint32_t size)
{
	bool sequence = l->depth > 1 && top(l)->close_at == l->braces;

	emit(l, sequence || size == 2 ? TOKEN_SEQUENCE_END : TOKEN_CLOSE_BRACE, l->at,
	     l->at + size);
	l->braces--;
	if (sequence)
		l->depth--;
}

static void scan_word(struct lexer *l)
{
	uint32_t n = (uint32_t)quote_identifier_size(l->text + l->at, l->size - l->at);
	size_t one;

	if (n > 0) {
		emit(l, TOKEN_IDENTIFIER, l->at, l->at + n);
		return;
	}
	(void)utf8_decode(l->text + l->at, l->size - l->at, &one);
	emit(l, TOKEN_INVALID, l->at, l->at + (uint32_t)one);
}

static void scan_normal(struct lexer *l)
{
	char c = look(l, 0);
	uint32_t n;

	if (c == ' ' || c == '\t') {
		l->at++;
	} else if ((n = newline_size(l, l->at)) > 0) {
		emit(l, TOKEN_NEWLINE, l->at, l->at + n);
	} else if (c >= '0' && c <= '9') {
		emit(l, TOKEN_NUMBER, l->at, number_end(l));
	} else if ((n = comment_end(l)) > 0) {
		emit(l, TOKEN_COMMENT, l->at, n);
	} else if (c == '{') {
		emit(l, TOKEN_OPEN_BRACE, l->at, l->at + 1);
		l->braces++;
	} else if (c == '}') {
		close_brace(l, 1);
	} else if (starts(l, "~}")) {
		close_brace(l, 2);
	} else if (c == '"') {
		emit(l, TOKEN_OPEN_QUOTE, l->at, l->at + 1);
		push(l, (struct level){.mode = MODE_STRING});
	} else if (!heredoc(l) && !symbol(l)) {
		scan_word(l);
	}
}

/* "${" and "%{", with "~": begins code within a template. */
static bool sequence(struct lexer *l)
{
	char c = look(l, 0);

	if ((c != '$' && c != '%') || look(l, 1) != '{')
		return false;
	top(l)->start_of_line = false;
	emit(l, c == '$' ? TOKEN_INTERPOLATION : TOKEN_DIRECTIVE, l->at,
	     l->at + (look(l, 2) == '~' ? 3 : 2));
	l->braces++;
	push(l, (struct level){.mode = MODE_NORMAL, .close_at = l->braces});
	return true;
}

/* "$" or "%" that begins no sequence; "$${" is one piece.  0: there is neither. */
static uint32_t dollar_size(const struct lexer *l)
{
	char c = look(l, 0);

	if (c != '$' && c != '%')
		return 0;
	if (look(l, 1) == c && look(l, 2) == '{')
		return look(l, 3) == '~' ? 4 : 3;
	return 1;
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static uint32_t quoted_run(const struct lexer *l)
{
	uint32_t p = l->at;

	while (p < l->size && !is_one_of(l->text[p], "$%\"\r\n")) {
		size_t n = 1;

		if (l->text[p] == '\\') {
			if (l->size - p < 2 || l->text[p + 1] == '\n' || l->text[p + 1] == '\r')
				break;
			(void)utf8_decode(l->text + p + 1, l->size - p - 1, &n);
			n++;
		}
		p += (uint32_t)n;
	}
	return p - l->at;
}

static void scan_string(struct lexer *l)
{
	uint32_t n;

	if (look(l, 0) == '"') {
		emit(l, TOKEN_CLOSE_QUOTE, l->at, l->at + 1);
		l->depth--;
		return;
	}
	if (sequence(l))
		return;
	n = dollar_size(l);
	if (n == 0)
		n = quoted_run(l);
	if (n > 0) {
		emit(l, TOKEN_QUOTED_TEXT, l->at, l->at + n);
		return;
	}
	while (look(l, n) == '\r' || look(l, n) == '\n')
		n++;
	if (n > 0)
		emit(l, TOKEN_QUOTED_NEWLINE, l->at, l->at + n);
	else
		emit(l, TOKEN_INVALID, l->at, l->at + 1);
}

static bool is_marker(const struct lexer *l, const struct level *level, uint32_t end)
{
	uint32_t p = l->at;

	while (p < end && (l->text[p] == ' ' || l->text[p] == '\t'))
		p++;
	while (end > p && (l->text[end - 1] == ' ' || l->text[end - 1] == '\t'))
		end--;
	return end - p == level->marker_size &&
	       memcmp(l->text + p, l->text + level->marker, level->marker_size) == 0;
}

static uint32_t plain_run(const struct lexer *l)
{
	uint32_t p = l->at;

	while (p < l->size && !is_one_of(l->text[p], "$%\r\n"))
		p++;
	return p - l->at;
}

/* Text up to a sequence or with the end of its line. */
static void scan_text(struct lexer *l, bool heredoc_text)
{
	struct level *level = top(l);
	uint32_t n, end, line;

	if (sequence(l))
		return;
	n = dollar_size(l);
	if (n == 0)
		n = plain_run(l);
	end = l->at + n;
	line = newline_size(l, end);
	if (heredoc_text && line > 0 && level->start_of_line && is_marker(l, level, end)) {
		l->depth--;
		emit(l, TOKEN_CLOSE_HEREDOC, l->at, end);
		emit(l, TOKEN_NEWLINE, end, end + line);
		return;
	}
	level->start_of_line = line > 0;
	if (n + line == 0) {
		/* A lone carriage return fits nowhere. */
		emit(l, heredoc_text || l->depth > 1 ? TOKEN_INVALID : TOKEN_TEXT, l->at, l->size);
		return;
	}
	emit(l, TOKEN_TEXT, l->at, end + line);
}

struct tokens lexer_scan(struct arena *a, const char *text, uint32_t size, bool template)
{
	struct lexer l = {.arena = a, .text = text, .size = size};

	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
		l.at = 3;
	push(&l, (struct level){.mode = template ? MODE_BARE : MODE_NORMAL});
	while (l.at < l.size) {
		switch (top(&l)->mode) {
		case MODE_NORMAL:
			scan_normal(&l);
			break;
		case MODE_STRING:
			scan_string(&l);
			break;
		case MODE_HEREDOC:
			scan_text(&l, true);
			break;
		case MODE_BARE:
			scan_text(&l, false);
			break;
		}
	}
	emit(&l, TOKEN_END, l.size, l.size);
	return (struct tokens){l.list, l.count};
}
