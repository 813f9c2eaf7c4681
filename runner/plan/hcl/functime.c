#include <inttypes.h>
#include <string.h>

#include "runner/plan/hcl/func.h"

/* A moment with the zone that it was written in. */
struct moment {
	int64_t seconds; /* since 1970-01-01T00:00:00Z */
	int64_t nanoseconds;
	int offset; /* of the zone, in seconds */
};

struct calendar {
	int64_t year;
	int month, day, hour, minute, second, weekday;
};

/* Days since 1970-01-01 in the proleptic Gregorian calendar. */
static int64_t days_from(int64_t y, int m, int d)
{
	int64_t era, year_of_era, day_of_year;

	y -= m <= 2;
	era = (y >= 0 ? y : y - 399) / 400;
	year_of_era = y - era * 400;
	day_of_year = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
	return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 +
	       day_of_year - 719468;
}

static struct calendar calendar_of(const struct moment *t)
{
	int64_t local = t->seconds + t->offset, days, rest, era, doe, yoe, doy, mp;
	struct calendar c;

	days = local / 86400;
	rest = local % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	c.weekday = (int)((days % 7 + 11) % 7);
	days += 719468;
	era = (days >= 0 ? days : days - 146096) / 146097;
	doe = days - era * 146097;
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	mp = (5 * doy + 2) / 153;
	c.day = (int)(doy - (153 * mp + 2) / 5 + 1);
	c.month = (int)(mp < 10 ? mp + 3 : mp - 9);
	c.year = yoe + era * 400 + (c.month <= 2);
	c.hour = (int)(rest / 3600);
	c.minute = (int)(rest / 60 % 60);
	c.second = (int)(rest % 60);
	return c;
}

static bool number(const char **p, int digits, int min, int max, int *ret)
{
	int n = 0;

	for (int i = 0; i < digits; i++, (*p)++) {
		if (**p < '0' || **p > '9')
			return false;
		n = n * 10 + (**p - '0');
	}
	*ret = n;
	return n >= min && n <= max;
}

static bool literal(const char **p, char ch)
{
	if (**p != ch)
		return false;
	(*p)++;
	return true;
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

static bool fraction(const char **p, int64_t *ret_nanoseconds)
{
	int64_t scale = 100000000;
	const char *start;

	*ret_nanoseconds = 0;
	if (**p != '.' && **p != ',')
		return true;
	start = ++*p;
	for (; **p >= '0' && **p <= '9'; (*p)++, scale /= 10)
		*ret_nanoseconds += (**p - '0') * scale;
	return *p > start;
}

static bool zone(const char **p, int *ret_offset)
{
	int hours, minutes, sign = **p == '-' ? -1 : 1;

	*ret_offset = 0;
	if (literal(p, 'Z'))
		return true;
	if (**p != '+' && **p != '-')
		return false;
	(*p)++;
	if (!number(p, 2, 0, 24, &hours) || !literal(p, ':') || !number(p, 2, 0, 60, &minutes))
		return false;
	*ret_offset = sign * (hours * 3600 + minutes * 60);
	return true;
}

/* RFC 3339, section 5.6, as Go reads it. */
static bool parse_moment(const char *text, struct moment *ret)
{
	int year, month, day, hour, minute, second;
	const char *p = text;

	if (!number(&p, 4, 0, 9999, &year) || !literal(&p, '-') || !number(&p, 2, 1, 12, &month) ||
	    !literal(&p, '-') || !number(&p, 2, 1, 31, &day) || !literal(&p, 'T') ||
	    !number(&p, 2, 0, 23, &hour) || !literal(&p, ':') || !number(&p, 2, 0, 59, &minute) ||
	    !literal(&p, ':') || !number(&p, 2, 0, 59, &second) ||
	    !fraction(&p, &ret->nanoseconds) || !zone(&p, &ret->offset) || *p != '\0')
		return false;
	if (day > month_days(year, month))
		return false;
	ret->seconds = days_from(year, month, day) * 86400 + hour * 3600 + minute * 60 + second -
		       ret->offset;
	return true;
}

static const char not_a_moment[] =
	"not a valid RFC3339 timestamp: \"%s\" is not of the form YYYY-MM-DDTHH:MM:SSZ";

static bool moment_arg(struct call *c, size_t i, struct moment *ret)
{
	if (parse_moment(c->args[i]->text, ret))
		return true;
	call_fail_arg(c, i, not_a_moment, c->args[i]->text);
	return false;
}

static const char *offset_text(struct arena *a, int offset, const char *colon)
{
	int minutes = (offset < 0 ? -offset : offset) / 60;

	return arena_printf(a, "%c%02d%s%02d", offset < 0 ? '-' : '+', minutes / 60, colon,
			    minutes % 60);
}

/* --- formatdate
 * ----------------------------------------------------------------------------------- */

static const char *const months[] = {"January",	  "February", "March",	  "April",
				     "May",	  "June",     "July",	  "August",
				     "September", "October",  "November", "December"};
static const char *const weekdays[] = {"Sunday",   "Monday", "Tuesday", "Wednesday",
				       "Thursday", "Friday", "Saturday"};

static const char *two_digits(struct arena *a, size_t digits, int n)
{
	return digits == 2 ? arena_printf(a, "%02d", n) : arena_printf(a, "%d", n);
}

static const char *date_verb(struct arena *a, char letter, size_t n, const struct calendar *t)
{
	switch (letter) {
	case 'Y':
		if (n == 4)
			return arena_printf(a, "%04" PRId64, t->year);
		return n == 2 ? arena_printf(a, "%02d", (int)(t->year % 100)) : NULL;
	case 'M':
		if (n == 4)
			return months[t->month - 1];
		if (n == 3)
			return arena_strndup(a, months[t->month - 1], 3);
		return n <= 2 ? two_digits(a, n, t->month) : NULL;
	case 'D':
		return n <= 2 ? two_digits(a, n, t->day) : NULL;
	case 'E':
		if (n == 4)
			return weekdays[t->weekday];
		return n == 3 ? arena_strndup(a, weekdays[t->weekday], 3) : NULL;
	default:
		return NULL;
	}
}

static const char *time_verb(struct arena *a, char letter, size_t n, const struct calendar *t,
			     int offset)
{
	int hour = t->hour % 12 == 0 ? 12 : t->hour % 12;

	if (letter == 'A' || letter == 'a') {
		if (n != 2)
			return NULL;
		if (letter == 'A')
			return t->hour < 12 ? "AM" : "PM";
		return t->hour < 12 ? "am" : "pm";
	}
	if (letter == 'Z') {
		if (n == 1)
			return offset == 0 ? "Z" : offset_text(a, offset, ":");
		if (n == 3)
			return offset == 0 ? "UTC" : offset_text(a, offset, "");
		return n == 4	? offset_text(a, offset, "")
		       : n == 5 ? offset_text(a, offset, ":")
				: NULL;
	}
	if (n > 2)
		return NULL;
	switch (letter) {
	case 'h':
		return two_digits(a, n, t->hour);
	case 'H':
		return two_digits(a, n, hour);
	case 'm':
		return two_digits(a, n, t->minute);
	case 's':
		return two_digits(a, n, t->second);
	default:
		return NULL;
	}
}

static bool is_letter(char ch)
{
	return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

/* 'quoted', where '' stands for one quote; false when it does not end. */
static bool quoted(const char **p, struct buf *out)
{
	for ((*p)++;;) {
		if (**p == '\0')
			return false;
		if (**p != '\'') {
			buf_addch(out, *(*p)++);
		} else if ((*p)[1] == '\'') {
			buf_addch(out, '\'');
			*p += 2;
		} else {
			(*p)++;
			return true;
		}
	}
}

static const struct value *run_formatdate(struct call *c)
{
	FP_CLEANUP(buf_release) struct buf out = BUF_INIT(FUNC_TEXT_MAX);
	const char *p = c->args[0]->text;
	struct calendar date;
	struct moment t;

	if (!moment_arg(c, 1, &t))
		return NULL;
	date = calendar_of(&t);
	while (*p != '\0') {
		const char *text;
		size_t n = 1;

		if (*p == '\'') {
			if (!quoted(&p, &out))
				return call_fail_arg(c, 0, "unterminated literal '");
			continue;
		}
		if (!is_letter(*p)) {
			buf_addch(&out, *p++);
			continue;
		}
		while (p[n] == *p)
			n++;
		text = strchr("YMDE", *p) ? date_verb(c->arena, *p, n, &date)
					  : time_verb(c->arena, *p, n, &date, t.offset);
		if (!text)
			return call_fail_arg(c, 0, "invalid date format verb \"%.*s\"", (int)n, p);
		buf_addstr(&out, text);
		p += n;
	}
	return call_string(c, buf_text(&out), out.size);
}

/* --- timeadd and timecmp
 * -------------------------------------------------------------------------- */

static const struct {
	const char *name;
	int64_t nanoseconds;
} units[] = {
	{"ns", 1},	 {"us", 1000},	    {"\u00b5s", 1000},	{"\u03bcs", 1000},
	{"ms", 1000000}, {"s", 1000000000}, {"m", 60000000000}, {"h", 3600000000000},
};

static int64_t unit_at(const char **p)
{
	size_t n = 0;

	while ((*p)[n] != '\0' && (*p)[n] != '.' && !((*p)[n] >= '0' && (*p)[n] <= '9'))
		n++;
	for (size_t i = 0; i < FP_ARRAY_SIZE(units); i++) {
		if (strlen(units[i].name) == n && memcmp(units[i].name, *p, n) == 0) {
			*p += n;
			return units[i].nanoseconds;
		}
	}
	return 0;
}

/* One number with its unit; false when it is none, or when it is too large. */
static bool duration_part(const char **p, int64_t *total)
{
	int64_t whole = 0, part = 0, scale = 1, unit, product;
	const char *start = *p;
	bool digits = false;

	for (; **p >= '0' && **p <= '9'; (*p)++, digits = true)
		if (__builtin_mul_overflow(whole, 10, &whole) ||
		    __builtin_add_overflow(whole, **p - '0', &whole))
			return false;
	if (**p == '.') {
		for ((*p)++; **p >= '0' && **p <= '9'; (*p)++, digits = true) {
			if (scale > INT64_MAX / 10 / 10)
				continue;
			part = part * 10 + (**p - '0');
			scale *= 10;
		}
	}
	if (!digits || *p == start)
		return false;
	unit = unit_at(p);
	if (unit == 0 || __builtin_mul_overflow(whole, unit, &product) ||
	    __builtin_add_overflow(
		    product, (int64_t)((double)part * ((double)unit / (double)scale)), &product))
		return false;
	return !__builtin_add_overflow(*total, product, total);
}

/* As Go's time.ParseDuration. */
static bool parse_duration(const char *text, int64_t *ret)
{
	bool negative = *text == '-';
	const char *p = text + (*text == '-' || *text == '+');
	int64_t total = 0;

	if (strcmp(p, "0") == 0) {
		*ret = 0;
		return true;
	}
	if (*p == '\0')
		return false;
	while (*p != '\0')
		if (!duration_part(&p, &total))
			return false;
	*ret = negative ? -total : total;
	return true;
}

static const struct value *run_timeadd(struct call *c)
{
	int64_t duration, nanoseconds;
	struct calendar date;
	struct moment t;

	if (!parse_moment(c->args[0]->text, &t))
		return call_fail(c, not_a_moment, c->args[0]->text);
	if (!parse_duration(c->args[1]->text, &duration))
		return call_fail(c, "time: invalid duration \"%s\"", c->args[1]->text);
	nanoseconds = t.nanoseconds + duration % 1000000000;
	t.seconds +=
		duration / 1000000000 + nanoseconds / 1000000000 - (nanoseconds % 1000000000 < 0);
	date = calendar_of(&t);
	if (date.year < 0 || date.year > 9999)
		return call_unsupported(c, "a year that has no four digits");
	return value_string(
		c->arena,
		arena_printf(c->arena, "%04" PRId64 "-%02d-%02dT%02d:%02d:%02d%s", date.year,
			     date.month, date.day, date.hour, date.minute, date.second,
			     t.offset == 0 ? "Z" : offset_text(c->arena, t.offset, ":")));
}

static const struct value *run_timecmp(struct call *c)
{
	struct moment a, b;
	int64_t order;

	if (!moment_arg(c, 0, &a) || !moment_arg(c, 1, &b))
		return NULL;
	order = a.seconds != b.seconds
			? (a.seconds > b.seconds) - (a.seconds < b.seconds)
			: (a.nanoseconds > b.nanoseconds) - (a.nanoseconds < b.nanoseconds);
	return value_int(c->arena, order);
}

#define TEXT_PARAM(name)              \
	{                             \
		name, &type_string, 0 \
	}

const struct function func_time[] = {
	{.name = "formatdate",
	 .params = {TEXT_PARAM("format"), TEXT_PARAM("time")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_formatdate},
	{.name = "timeadd",
	 .params = {TEXT_PARAM("timestamp"), TEXT_PARAM("duration")},
	 .count = 2,
	 .returns = &type_string,
	 .run = run_timeadd},
	{.name = "timecmp",
	 .params = {TEXT_PARAM("timestamp_a"), TEXT_PARAM("timestamp_b")},
	 .count = 2,
	 .returns = &type_number,
	 .run = run_timecmp},
	{.name = NULL},
};
