#include "tests/tap.h"

#include "runner/base/secretscan.h"

/*
 * The samples are put together from two halves, so that no scanner of repositories takes this file
 * for a leak.
 */
struct row {
	const char *before, *one, *two, *after;
	const char *detector; /* NULL: nothing is found */
};

#define HEX32              \
	"0123456789abcdef" \
	"fedcba9876543210"
#define B64_86 \
	"Zx8kQ2mN5pR7sT9vW1yA3bC6dE8fG0hJ2kL4mN6pQ8rS0tU2vW4xY6zA8bC0dE2fG4hJ6kL8mN0pQ2rS4tU6vw"

static const struct row found[] = {
	{"", "AKIA", "Z7QX4M2LKP9WB3TD", "", "aws-access-key"},
	{"id = \"", "ASIA", "Z7QX4M2LKP9WB3TD", "\"\n", "aws-access-key"},
	{"secret_key = \"", "wJalrXUtnFEMI7K7MDENG", "bPxRfiCYzzKq8Lw0aQ", "\"", "assigned"},
	{"x ", "ghp_", "16C7e42F292c6912E7710c838347Ae178B4a", " y", "github-token"},
	{"token: ", "ghs_", "16C7e42F292c6912E7710c838347Ae178B4a", "\n", "github-token"},
	{"", "glpat-", "Zx8kQ2mN5pR7sT9vW1yA", "", "gitlab-token"},
	{"", "xoxb-", "263594206564-FGqddMF8t08v8N7Oq4i57vs1", "", "slack-token"},
	{"", "AIza", "SyDaGmWKa4JsXZ9HjGw7ISLn_3namBGewQe", "", "google-api-key"},
	{"", "sk_live_", "4eC39HqLyjWDarjtT1zdp7dc", "", "stripe-key"},
	{"", "npm_", "16C7e42F292c6912E7710c838347Ae178B4a", "", "npm-token"},
	{"", "hvs.", "CAESIJ8kQ2mN5pR7sT9vW1yA3bC6", "", "vault-token"},
	{"", "dop_v1_", HEX32 HEX32, "", "digitalocean-token"},
	{"", "eyJ", "hbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N", "",
	 "jwt"},
	{"", "Zx8kQ2mN5pR7sT",
	 ".atlasv1.Zx8kQ2mN5pR7sT9vW1yA3bC6dE8fG0hJ2kL4mN6pQ8rS0tU2vW4xY6zA8bC0dE2f", "",
	 "terraform-token"},
	{"", "-----BEGIN RSA PRIV", "ATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "\n",
	 "private-key"},
	{"", "-----BEGIN PRIV", "ATE KEY-----\nMIIE, and cut off", "", "private-key"},
	{"url = \"postgres://app:", "s3cr", "et-w0rd", "@db.internal/x\"", "url-password"},
	{";AccountKey=", B64_86, "==", ";", "azure-account-key"},
	{"hook = \"", "https://hooks.slack.com/services/T",
	 "024BE7LD/B024BE7LD/Zx8kQ2mN5pR7sT9vW1yA3b", "\"", "slack-webhook"},
	{"master_password = \"", "Tr0ub4", "dor&3", "\"", "assigned"},
	{"\"client_secret\": \"", "q8rS0tU2", "vW4xY6zA", "\"", "assigned"},
	{"export DB_PASSWORD=", "Tr0ub4", "dor&3", "\n", "assigned"},
	{"password: '", "pass\\'w", "0rd-long", "'", "assigned"},
};

static const struct row nothing[] = {
	{"AKIA", "IOSFODNN7", "EXAMPLE", "", NULL},
	{"xAKIA", "Z7QX4M2L", "KP9WB3TD", "", NULL},
	{"AKIA", "Z7QX4M2L", "KP9WB3TDA", "", NULL},
	{"AKIA", "AAAAAAAA", "AAAAAAAA", "", NULL},
	{"password = var.", "database", "_password", "\n", NULL},
	{"password = \"", "${var.pass", "word1}", "\"", NULL},
	{"secret = \"", "arn:aws:secretsmanager:us-east-1:1", "23456789012:secret:a", "\"", NULL},
	{"token = \"", "short", "1", "\"", NULL},
	{"password_policy = \"", "Long-Enough", "-To-Be-1", "\"", NULL},
	{"secret_name = \"", "prod/data", "base/Main1", "\"", NULL},
	{"description = \"", "The password is rotated by ", "Lambda", "\"", NULL},
	{"password = \"", "CHANGEME", "-please-1", "\"", NULL},
	{"password = \"", "<fill in", " here 1A>", "\"", NULL},
	{"password == \"", "Tr0ub4", "dor&3", "\"", NULL},
	{"private_key = \"", "/etc/ssl/private", "/Server1.pem", "\"", NULL},
	{"-----BEGIN PUBLIC", " KEY-----\nMIIB\n", "-----END PUBLIC KEY-----", "\n", NULL},
	{"https://", "user:${var.", "password}", "@host/", NULL},
	{"https://", "example.com", ":8443/path", "@x", NULL},
};

static void check(const struct row *row)
{
	struct arena a = ARENA_INIT(1 << 20);
	struct secretscan_hits hits = {.count = 0};
	const char *text =
		arena_printf(&a, "line one\n%s%s%s%s", row->before, row->one, row->two, row->after);

	tap_row("%s%s…", row->before, row->one);
	secretscan(text, strlen(text), &a, &hits);
	CHECK_INT(hits.count, row->detector ? 1 : 0);
	if (row->detector) {
		const char *wanted = arena_printf(&a, "%s%s", row->one, row->two);

		CHECK_STR(hits.rows[0].detector, row->detector);
		CHECK_INT(hits.rows[0].line, 2);
		CHECK_MEM(text + hits.rows[0].offset, hits.rows[0].size, wanted, strlen(wanted));
		CHECK(secretscan_describe(row->detector) != NULL);
	}
	arena_release(&a);
}

TEST(each_kind_of_credential_is_found_to_the_byte)
{
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		check(&found[i]);
}

TEST(references_placeholders_and_prose_are_left_alone)
{
	for (size_t i = 0; i < sizeof(nothing) / sizeof(nothing[0]); i++)
		check(&nothing[i]);
}

TEST(several_are_told_in_order_with_their_lines)
{
	static const char text[] = "a = 1\npassword = \"Tr0ub4dor&3\"\n\ntoken=\"q8rS0tU2vW4x\"\n";
	struct arena a = ARENA_INIT(1 << 20);
	struct secretscan_hits hits = {.count = 0};

	secretscan(text, sizeof(text) - 1, &a, &hits);
	CHECK_INT(hits.count, 2);
	CHECK_INT(hits.rows[0].line, 2);
	CHECK_INT(hits.rows[1].line, 4);
	CHECK(secretscan_describe("nothing-such") == NULL);
	arena_release(&a);
}
