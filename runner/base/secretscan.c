#include "runner/base/secretscan.h"

#include <math.h>
#include <strings.h>

#define VALUE_MIN 8
#define VALUE_MAX 4096
#define NAME_MAX_BYTES 128

enum alphabet {
	UPPER_DIGITS, /* A-Z 0-9 */
	ALNUM,
	HEX,
	WORD,	/* letters, digits, - and _ */
	DOTTED, /* and the full stop */
	BASE64,
};

/* A token: prefix, then min to max characters of an alphabet, then none of that alphabet. */
struct token {
	const char *id, *what;
	const char *prefix;
	enum alphabet alphabet;
	size_t min, max;
	const char *within; /* a text that must be part of it, or NULL */
};

/* Of two rows that match, the first. */
static const struct token tokens[] = {
	{"aws-access-key", "an access key id of AWS", "AKIA", UPPER_DIGITS, 16, 16, NULL},
	{"aws-access-key", "an access key id of AWS", "ASIA", UPPER_DIGITS, 16, 16, NULL},
	{"github-token", "a token of GitHub", "ghp_", ALNUM, 36, 251, NULL},
	{"github-token", "a token of GitHub", "gho_", ALNUM, 36, 251, NULL},
	{"github-token", "a token of GitHub", "ghu_", ALNUM, 36, 251, NULL},
	{"github-token", "a token of GitHub", "ghs_", ALNUM, 36, 251, NULL},
	{"github-token", "a token of GitHub", "ghr_", ALNUM, 36, 251, NULL},
	{"github-token", "a token of GitHub", "github_pat_", WORD, 60, 244, NULL},
	{"gitlab-token", "a token of GitLab", "glpat-", WORD, 20, 64, NULL},
	{"gitlab-token", "a token of GitLab", "glrt-", WORD, 20, 64, NULL},
	{"slack-token", "a token of Slack", "xoxb-", WORD, 20, 250, NULL},
	{"slack-token", "a token of Slack", "xoxp-", WORD, 20, 250, NULL},
	{"slack-token", "a token of Slack", "xoxa-", WORD, 20, 250, NULL},
	{"slack-token", "a token of Slack", "xoxr-", WORD, 20, 250, NULL},
	{"slack-token", "a token of Slack", "xapp-", WORD, 20, 250, NULL},
	{"google-api-key", "an API key of Google", "AIza", WORD, 35, 35, NULL},
	{"google-oauth", "an OAuth secret of Google", "GOCSPX-", WORD, 28, 28, NULL},
	{"stripe-key", "a live key of Stripe", "sk_live_", ALNUM, 24, 247, NULL},
	{"stripe-key", "a live key of Stripe", "rk_live_", ALNUM, 24, 247, NULL},
	{"anthropic-key", "an API key of Anthropic", "sk-ant-", WORD, 32, 200, NULL},
	{"openai-key", "an API key of OpenAI", "sk-proj-", WORD, 40, 250, NULL},
	{"openai-key", "an API key of OpenAI", "sk-", ALNUM, 48, 48, NULL},
	{"npm-token", "a token of npm", "npm_", ALNUM, 36, 36, NULL},
	{"pypi-token", "a token of PyPI", "pypi-AgEI", WORD, 50, 1000, NULL},
	{"sendgrid-key", "an API key of SendGrid", "SG.", DOTTED, 60, 72, "."},
	{"vault-token", "a token of Vault", "hvs.", WORD, 24, 300, NULL},
	{"vault-token", "a token of Vault", "hvb.", WORD, 24, 300, NULL},
	{"digitalocean-token", "a token of DigitalOcean", "dop_v1_", HEX, 64, 64, NULL},
	{"digitalocean-token", "a token of DigitalOcean", "doo_v1_", HEX, 64, 64, NULL},
	{"databricks-token", "a token of Databricks", "dapi", HEX, 32, 32, NULL},
	{"shopify-token", "a token of Shopify", "shpat_", HEX, 32, 32, NULL},
	{"age-key", "a secret key of age", "AGE-SECRET-KEY-1", UPPER_DIGITS, 58, 58, NULL},
	{"jwt", "a JSON web token", "eyJ", DOTTED, 40, 4096, ".eyJ"},
};

/* What else describe() knows. */
static const struct {
	const char *id, *what;
} others[] = {
	{"private-key", "a private key in PEM"},
	{"terraform-token", "a token of HCP Terraform"},
	{"slack-webhook", "a webhook of Slack"},
	{"azure-account-key", "a key of an Azure storage account"},
	{"url-password", "a password in a URL"},
	{"assigned", "a literal that is assigned to a name of a secret"},
};

/* Ends of names, in lower case without separators, whose value is a secret. */
static const char *const secret_names[] = {
	"password",	   "passwd",	   "passphrase",  "secret",	"secretkey",
	"secretaccesskey", "apikey",	   "accesstoken", "authtoken",	"bearertoken",
	"clientsecret",	   "privatekey",   "token",	  "credential", "credentials",
	"secretstring",	   "accountkey",   "sharedkey",	  "masterkey",	"signingkey",
	"encryptionkey",   "sessiontoken",
};

/* Values that say of themselves that they are none; compared without case. */
static const char *const placeholders[] = {
	"example", "changeme", "change-me", "change_me", "placeholder", "replace", "redacted",
	"dummy",   "your-",    "your_",	    "insert",	 "todo",	"xxxx",	   "****",
	"....",	   "<",	       "${",	    "%{",	 "{{",		"$(",
};

static bool in_alphabet(enum alphabet alphabet, unsigned char c)
{
	bool upper = c >= 'A' && c <= 'Z', lower = c >= 'a' && c <= 'z',
	     digit = c >= '0' && c <= '9';

	switch (alphabet) {
	case UPPER_DIGITS:
		return upper || digit;
	case ALNUM:
		return upper || lower || digit;
	case HEX:
		return digit || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
	case WORD:
		return upper || lower || digit || c == '-' || c == '_';
	case DOTTED:
		return upper || lower || digit || c == '-' || c == '_' || c == '.';
	case BASE64:
		return upper || lower || digit || c == '+' || c == '/' || c == '=';
	}
	return false;
}

static size_t run_length(const char *text, size_t size, enum alphabet alphabet)
{
	size_t n = 0;

	while (n < size && in_alphabet(alphabet, (unsigned char)text[n]))
		n++;
	return n;
}

static bool starts(const char *text, size_t size, const char *prefix)
{
	size_t n = strlen(prefix);

	return size >= n && memcmp(text, prefix, n) == 0;
}

static bool contains_case(const char *text, size_t size, const char *part)
{
	size_t n = strlen(part);

	for (size_t i = 0; i + n <= size; i++)
		if (strncasecmp(text + i, part, n) == 0)
			return true;
	return false;
}

static bool is_placeholder(const char *text, size_t size)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(placeholders); i++)
		if (contains_case(text, size, placeholders[i]))
			return true;
	return false;
}

/* Shannon's, in bits a byte; a little more, so that no rounding of log2 decides anywhere. */
static double entropy(const char *text, size_t size)
{
	size_t counts[256] = {0};
	double bits = 1e-9;

	for (size_t i = 0; i < size; i++)
		counts[(unsigned char)text[i]]++;
	for (size_t i = 0; i < FP_ARRAY_SIZE(counts); i++) {
		double p = (double)counts[i] / (double)size;

		if (counts[i] > 0)
			bits -= p * log2(p);
	}
	return bits;
}

/* The published tokens of documentation say EXAMPLE; a random one repeats few characters. */
static bool looks_issued(const char *text, size_t size)
{
	return !contains_case(text, size, "example") && entropy(text, size) >= 2.5;
}

/* 0 when there is none at the start of text. */
static size_t match_token(const struct token *t, const char *text, size_t size)
{
	size_t prefix = strlen(t->prefix), n;

	if (!starts(text, size, t->prefix))
		return 0;
	n = run_length(text + prefix, size - prefix, t->alphabet);
	if (n < t->min || n > t->max || !looks_issued(text + prefix, n))
		return 0;
	if (t->within && !memmem(text + prefix, n, t->within, strlen(t->within)))
		return 0;
	return prefix + n;
}

/* "-----BEGIN … PRIVATE KEY-----" to its end, or to the end of the text when that is cut off. */
static size_t match_pem(const char *text, size_t size)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ", tail[] = "PRIVATE KEY";
	const char *line_end, *stop;
	size_t head;

	if (!starts(text, size, begin))
		return 0;
	line_end = memmem(text + 11, FP_MIN(size - 11, (size_t)64), "-----", 5);
	if (!line_end || !memmem(text, (size_t)(line_end - text), tail, sizeof(tail) - 1))
		return 0;
	head = (size_t)(line_end - text) + 5;
	stop = memmem(text + head, size - head, end, sizeof(end) - 1);
	if (!stop)
		return size;
	line_end = memmem(stop + sizeof(end) - 1, size - (size_t)(stop - text) - sizeof(end) + 1,
			  "-----", 5);
	return line_end ? (size_t)(line_end - text) + 5 : size;
}

/* 14 characters, ".atlasv1.", 60 and more. */
static size_t match_terraform(const char *text, size_t size)
{
	static const char middle[] = ".atlasv1.";
	size_t head = run_length(text, FP_MIN(size, (size_t)15), ALNUM), tail;

	if (head != 14 || !starts(text + head, size - head, middle))
		return 0;
	head += sizeof(middle) - 1;
	tail = run_length(text + head, size - head, WORD);
	return tail >= 60 ? head + tail : 0;
}

static size_t match_slack_hook(const char *text, size_t size)
{
	static const char prefix[] = "https://hooks.slack.com/services/T";
	size_t n;

	if (!starts(text, size, prefix))
		return 0;
	n = sizeof(prefix) - 1;
	n += run_length(text + n, size - n, BASE64);
	return n >= sizeof(prefix) - 1 + 30 && !is_placeholder(text, n) ? n : 0;
}

struct scan {
	const char *text;
	size_t size;
	struct arena *arena;
	struct secretscan_hits *hits;
	size_t line, line_at; /* the line that the byte at line_at is on */
};

static void add(struct scan *s, const char *detector, size_t offset, size_t size)
{
	struct secretscan_hits *h = s->hits;

	for (; s->line_at < offset; s->line_at++)
		s->line += s->text[s->line_at] == '\n';
	h->rows = arena_grow(s->arena, h->rows, h->count, &h->capacity, sizeof(*h->rows));
	h->rows[h->count++] = (struct secretscan_hit){detector, offset, size, s->line};
}

/* scheme://user:PASSWORD@host; at is where "://" is.  Gives the offset of the password. */
static size_t match_url(const struct scan *s, size_t at, size_t *ret_offset)
{
	const char *from = s->text + at + 3;
	size_t room = FP_MIN(s->size - at - 3, (size_t)1024), n = 0, colon = 0;

	while (n < room && (unsigned char)from[n] > ' ' && !strchr("/\"'`<>@?#", from[n])) {
		if (from[n] == ':' && colon == 0)
			colon = n;
		n++;
	}
	if (n >= room || from[n] != '@' || colon == 0 || n - colon - 1 < 3)
		return 0;
	if (is_placeholder(from + colon + 1, n - colon - 1))
		return 0;
	*ret_offset = at + 3 + colon + 1;
	return n - colon - 1;
}

/* The name that ends before the byte at end, without quotes and separators, in lower case. */
static size_t name_before(const struct scan *s, size_t end, char name[static NAME_MAX_BYTES + 1])
{
	size_t start, n = 0;

	while (end > 0 && (s->text[end - 1] == ' ' || s->text[end - 1] == '\t'))
		end--;
	if (end > 0 && (s->text[end - 1] == '"' || s->text[end - 1] == '\''))
		end--;
	start = end;
	while (start > 0 && end - start < NAME_MAX_BYTES &&
	       in_alphabet(DOTTED, (unsigned char)s->text[start - 1]))
		start--;
	for (size_t i = start; i < end; i++) {
		char c = s->text[i];

		if (c == '-' || c == '_' || c == '.')
			continue;
		name[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
	}
	name[n] = '\0';
	return n;
}

static bool is_secret_name(const char *name, size_t size)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(secret_names); i++) {
		size_t n = strlen(secret_names[i]);

		if (size >= n && memcmp(name + size - n, secret_names[i], n) == 0)
			return true;
	}
	return false;
}

/* A literal that somebody made up or was issued: not prose, not a path, not the name of another. */
static bool is_secret_value(const char *text, size_t size)
{
	bool lower = false, upper = false, digit = false, other = false;
	double bits;

	if (size < VALUE_MIN || size > VALUE_MAX || is_placeholder(text, size))
		return false;
	if (starts(text, size, "arn:") || starts(text, size, "http://") ||
	    starts(text, size, "https://") || starts(text, size, "var.") ||
	    starts(text, size, "data.") || starts(text, size, "local.") || text[0] == '/' ||
	    text[0] == '.' || text[0] == '$')
		return false;
	for (size_t i = 0; i < size; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c < ' ')
			return false;
		lower |= c >= 'a' && c <= 'z';
		upper |= c >= 'A' && c <= 'Z';
		digit |= c >= '0' && c <= '9';
		other |= c > ' ' && !in_alphabet(DOTTED, c);
	}
	if (memchr(text, ' ', size) && !(lower && upper && digit))
		return false;
	bits = entropy(text, size);
	return (lower + upper + digit + other >= 2 && bits >= 2.5) || bits >= 3.5;
}

/* NAME = "VALUE", NAME: VALUE, "NAME": "VALUE", export NAME=VALUE; at is where = or : is. */
static size_t match_assigned(const struct scan *s, size_t at, size_t *ret_offset)
{
	char name[NAME_MAX_BYTES + 1], quote = '\0';
	size_t from = at + 1, n = 0, size;

	if (at == 0 || (from < s->size && (s->text[from] == '=' || s->text[from] == ':')))
		return 0;
	size = name_before(s, at, name);
	if (!is_secret_name(name, size))
		return 0;
	while (from < s->size && (s->text[from] == ' ' || s->text[from] == '\t'))
		from++;
	if (from < s->size && (s->text[from] == '"' || s->text[from] == '\''))
		quote = s->text[from++];
	while (from + n < s->size && s->text[from + n] != '\n' && s->text[from + n] != '\r' &&
	       s->text[from + n] != quote) {
		if (!quote && strchr(" \t,;#()[]{}\"'`", s->text[from + n]))
			break;
		n += quote && s->text[from + n] == '\\' && from + n + 1 < s->size ? 2 : 1;
	}
	n = FP_MIN(n, s->size - from);
	/* Without quotes, = assigns a reference in HCL; the shell's has no space before it. */
	if (!quote && s->text[at] == '=' && (s->text[at - 1] == ' ' || s->text[at + 1] == ' '))
		return 0;
	if (!is_secret_value(s->text + from, n))
		return 0;
	*ret_offset = from;
	return n;
}

static size_t match_azure(const struct scan *s, size_t at, size_t *ret_offset)
{
	static const char prefix[] = "AccountKey=";
	const char *text = s->text + at;
	size_t n, room = s->size - at;

	if (!starts(text, room, prefix))
		return 0;
	n = run_length(text + sizeof(prefix) - 1, room - sizeof(prefix) + 1, BASE64);
	*ret_offset = at + sizeof(prefix) - 1;
	return n >= 86 && n <= 88 ? n : 0;
}

/* What stands at the byte at; its size, or 0. */
static size_t match_at(const struct scan *s, size_t at, const char **ret_id, size_t *ret_offset)
{
	const char *text = s->text + at;
	size_t room = s->size - at, n;
	unsigned char before = at > 0 ? (unsigned char)s->text[at - 1] : ' ';

	*ret_offset = at;
	*ret_id = "private-key";
	if (*text == '-' && (n = match_pem(text, room)) > 0)
		return n;
	*ret_id = "url-password";
	if (*text == ':' && starts(text, room, "://") && (n = match_url(s, at, ret_offset)) > 0)
		return n;
	*ret_id = "assigned";
	if ((*text == '=' || *text == ':') && (n = match_assigned(s, at, ret_offset)) > 0)
		return n;
	*ret_offset = at;
	if (in_alphabet(ALNUM, before) || !in_alphabet(ALNUM, (unsigned char)*text))
		return 0;
	for (size_t i = 0; i < FP_ARRAY_SIZE(tokens); i++) {
		*ret_id = tokens[i].id;
		if (tokens[i].prefix[0] == *text && (n = match_token(&tokens[i], text, room)) > 0)
			return n;
	}
	*ret_id = "terraform-token";
	if ((n = match_terraform(text, room)) > 0)
		return n;
	*ret_id = "slack-webhook";
	if ((n = match_slack_hook(text, room)) > 0)
		return n;
	*ret_id = "azure-account-key";
	return match_azure(s, at, ret_offset);
}

/* A token in an assignment is told as that token: what it is says more than where it stands. */
static const char *name_token(const struct scan *s, size_t offset, size_t size)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(tokens); i++)
		if (match_token(&tokens[i], s->text + offset, size) == size)
			return tokens[i].id;
	return match_terraform(s->text + offset, size) == size ? "terraform-token" : "assigned";
}

void secretscan(const char *text, size_t size, struct arena *a, struct secretscan_hits *hits)
{
	struct scan s = {text, size, a, hits, 1, 0};

	for (size_t at = 0; at < size;) {
		const char *id;
		size_t offset, n = match_at(&s, at, &id, &offset);

		if (n == 0) {
			at++;
			continue;
		}
		if (strcmp(id, "assigned") == 0)
			id = name_token(&s, offset, n);
		add(&s, id, offset, n);
		at = offset + n;
	}
}

const char *secretscan_describe(const char *detector)
{
	for (size_t i = 0; i < FP_ARRAY_SIZE(tokens); i++)
		if (strcmp(tokens[i].id, detector) == 0)
			return tokens[i].what;
	for (size_t i = 0; i < FP_ARRAY_SIZE(others); i++)
		if (strcmp(others[i].id, detector) == 0)
			return others[i].what;
	return NULL;
}
