#include "runner/plan/hcl/grapheme.h"

#include <unictype.h>
#include <unigbrk.h>

#include "runner/base/utf8.h"

/* What the rules need to know of the text before a place. */
struct state {
	int last;		/* the property of the character before */
	bool odd_indicator;	/* an odd number of regional indicators */
	bool pictograph;	/* a pictograph with what extends it */
	bool pictograph_joined; /* and a joiner after it */
};

static bool is_control(int property)
{
	return property == GBP_CR || property == GBP_LF || property == GBP_CONTROL;
}

/* GB6 to GB8: syllables of Hangul. */
static bool joins_hangul(int a, int b)
{
	if (a == GBP_L)
		return b == GBP_L || b == GBP_V || b == GBP_LV || b == GBP_LVT;
	if (a == GBP_LV || a == GBP_V)
		return b == GBP_V || b == GBP_T;
	return (a == GBP_LVT || a == GBP_T) && b == GBP_T;
}

/* Whether there is no boundary between what the state tells of and c (GB3 to GB13). */
static bool joins(const struct state *s, int property, bool pictograph)
{
	if (s->last == GBP_CR && property == GBP_LF)
		return true;
	if (is_control(s->last) || is_control(property))
		return false;
	if (joins_hangul(s->last, property))
		return true;
	if (property == GBP_EXTEND || property == GBP_ZWJ || property == GBP_SPACINGMARK)
		return true;
	if (s->last == GBP_PREPEND)
		return true;
	if (s->pictograph_joined && pictograph)
		return true;
	return s->odd_indicator && property == GBP_RI;
}

static void step(struct state *s, int property, bool pictograph)
{
	s->pictograph_joined = s->pictograph && property == GBP_ZWJ;
	s->pictograph = pictograph || (s->pictograph && property == GBP_EXTEND);
	s->odd_indicator = property == GBP_RI && !s->odd_indicator;
	s->last = property;
}

size_t grapheme_size(const char *text, size_t size)
{
	struct state s = {.last = GBP_OTHER};
	size_t at = 0, n;

	if (size == 0)
		return 0;
	/* Two plain ASCII characters never join, but for CR and LF. */
	if (size > 1 && (unsigned char)text[0] < 0x80 && (unsigned char)text[1] < 0x80)
		return text[0] == '\r' && text[1] == '\n' ? 2 : 1;
	while (at < size) {
		uint32_t c = utf8_decode(text + at, size - at, &n);
		int property = uc_graphemeclusterbreak_property(c);
		bool pictograph = c >= 0x80 && uc_is_property_extended_pictographic(c);

		if (at > 0 && !joins(&s, property, pictograph))
			break;
		step(&s, property, pictograph);
		at += n;
	}
	return at;
}

size_t grapheme_count(const char *text, size_t size)
{
	size_t count = 0;

	for (size_t at = 0; at < size; count++)
		at += grapheme_size(text + at, size - at);
	return count;
}
