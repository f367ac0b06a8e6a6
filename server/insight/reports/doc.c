/* Building a report. Called by what knows calls and agents; knows neither. */
#include "insight/reports/doc.h"

#include <string.h>

struct doc *doc_new(struct arena *a, struct str title, struct str about, int64_t dated)
{
    struct doc *d = ARENA_NEW(a, struct doc);

    *d = (struct doc){.a = a, .title = doc_clean(a, title), .about = doc_clean(a, about),
                      .dated = dated};
    return d;
}

/* Bytes of the well-formed character at s, 0 if there is none. */
static size_t character(struct str s)
{
    unsigned char c = (unsigned char)s.p[0];
    size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

    return n <= s.n && (n == 1 || str_utf8(str_sub(s, 0, n))) ? n : 0;
}

/* Embeddings, overrides, isolates and marks of direction; line and paragraph separators; the byte
 * order mark. They could make other words than their own read differently. */
static bool steers(const char *p, size_t n)
{
    unsigned char b = n == 3 ? (unsigned char)p[2] : 0;

    if (n == 2) /* C1 controls, the Arabic mark */
        return ((unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0) || !memcmp(p, "\xd8\x9c", 2);
    if (n != 3)
        return false;
    if (!memcmp(p, "\xe2\x80", 2))
        return b == 0x8e || b == 0x8f || (b >= 0xa8 && b <= 0xae);
    return (!memcmp(p, "\xe2\x81", 2) && b >= 0xa6 && b <= 0xa9) || !memcmp(p, "\xef\xbb\xbf", 3);
}

struct str doc_clean(struct arena *a, struct str s)
{
    struct buf b = buf_new(a, DOC_MAX_TEXT + 16);
    bool blank = true;

    while (s.n && b.n < DOC_MAX_TEXT) {
        size_t n = character(s);
        unsigned char c = (unsigned char)s.p[0];

        if (n == 1 && (c <= 0x20 || c == 0x7f)) {
            if (!blank)
                buf_char(&b, ' ');
            blank = true;
        } else if (!n) {
            buf_add(&b, STR("\xef\xbf\xbd")); /* what is no character shows as one that is missing */
            blank = false;
        } else if (!steers(s.p, n)) {
            buf_add(&b, str_sub(s, 0, n));
            blank = false;
        }
        s = str_sub(s, n ? n : 1, s.n);
    }
    if (s.n)
        buf_add(&b, STR("…"));
    return b.n ? str_trim(buf_str(&b)) : STR("");
}

struct str doc_clock(struct arena *a, int64_t ms)
{
    long long s = ms > 0 ? ms / 1000 : 0;

    return s >= 3600 ? str_fmt(a, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60)
                     : str_fmt(a, "%lld:%02lld", s / 60, s % 60);
}

/* Neighbours become their mean, so that a long call's line can still be drawn. */
static void thin(struct arena *a, struct doc_block *b)
{
    size_t n = b->n_points < DOC_MAX_POINTS ? b->n_points : DOC_MAX_POINTS;
    struct doc_point *kept = ARENA_ARRAY(a, n, struct doc_point);

    for (size_t i = 0; i < n; i++) {
        size_t from = i * b->n_points / n, to = (i + 1) * b->n_points / n;
        int64_t sum = 0;

        for (size_t k = from; k < to; k++)
            sum += b->points[k].bp;
        kept[i] = (struct doc_point){b->points[from].ms, (int32_t)(sum / (int64_t)(to - from))};
    }
    b->points = kept;
    b->n_points = n;
}

void doc_add(struct doc *d, struct doc_block block)
{
    if (d->n == DOC_MAX_BLOCKS) {
        d->cut = true;
        return;
    }
    if (d->n == d->room) {
        struct doc_block *more;

        d->room = d->room ? d->room * 2 : 64;
        more = ARENA_ARRAY(d->a, d->room, struct doc_block);
        if (d->n)
            memcpy(more, d->blocks, d->n * sizeof *more);
        d->blocks = more;
    }
    block.text = doc_clean(d->a, block.text);
    block.more = doc_clean(d->a, block.more);
    block.note = doc_clean(d->a, block.note);
    block.aside = doc_clean(d->a, block.aside);
    thin(d->a, &block);
    d->blocks[d->n++] = block;
}
