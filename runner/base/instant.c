#include "runner/base/instant.h"

#define DAY 86400
#define LAST ((int64_t)253402300799) /* 9999-12-31T23:59:59Z */

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int month_days(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the first of the year. */
static int64_t year_days(int year)
{
	int64_t before = year - 1;

	return (before * 365 + before / 4 - before / 100 + before / 400) - 719162;
}

/* The count digits at *text, which it moves on. */
static bool digits(const char **text, int count, int low, int high, int *ret_value)
{
	int value = 0;

	for (int i = 0; i < count; i++, (*text)++) {
		if (**text < '0' || **text > '9')
			return false;
		value = value * 10 + (**text - '0');
	}
	*ret_value = value;
	return value >= low && value <= high;
}

static bool literal(const char **text, char c)
{
	return *(*text)++ == c;
}

bool instant_parse(const char *text, bool day_end, int64_t *ret_seconds)
{
	int year, month, day, hour = 0, minute = 0, second = 0;
	int64_t days;

	if (!digits(&text, 4, 1970, 9999, &year) || !literal(&text, '-') ||
	    !digits(&text, 2, 1, 12, &month) || !literal(&text, '-') ||
	    !digits(&text, 2, 1, month_days(year, month), &day))
		return false;
	if (*text == '\0' && day_end) {
		hour = 23;
		minute = second = 59;
	} else if (*text != '\0' && (!literal(&text, 'T') || !digits(&text, 2, 0, 23, &hour) ||
				     !literal(&text, ':') || !digits(&text, 2, 0, 59, &minute) ||
				     !literal(&text, ':') || !digits(&text, 2, 0, 59, &second) ||
				     !literal(&text, 'Z') || *text != '\0')) {
		return false;
	}
	days = year_days(year) + day - 1;
	for (int m = 1; m < month; m++)
		days += month_days(year, m);
	*ret_seconds = days * DAY + hour * 3600 + minute * 60 + second;
	return true;
}

void instant_format(int64_t seconds, char text[static INSTANT_SIZE])
{
	time_t t = (time_t)FP_MAX(FP_MIN(seconds, LAST), (int64_t)0);
	struct tm tm;

	if (!gmtime_r(&t, &tm) || strftime(text, INSTANT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		text[0] = '\0';
}

int64_t instant_now(void)
{
	return (int64_t)time(NULL);
}
