/* A report as PDF: how each block looks on paper. */
#include <pthread.h>
#include <time.h>

#include "insight/reports/page_int.h"

#define LOCK_WAIT_S 20
#define TIME_COLUMN 44.0
#define FACT_COLUMN 110.0
#define INDENT 12.0

/* Fonts and their caches are one for the process, and a few documents at a time are enough memory. */
static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER;

static enum page_ink ink_of(enum doc_tone t)
{
    return t == DOC_GOOD ? INK_GOOD : t == DOC_PARTLY ? INK_PARTLY : t == DOC_BAD ? INK_BAD
         : t == DOC_OFF ? INK_QUIET : INK_TEXT;
}

static enum page_ink ink_of_score(int32_t bp)
{
    return bp >= 8000 ? INK_GOOD : bp >= 6000 ? INK_PARTLY : INK_BAD;
}

static void put_fact(struct page *p, const struct doc_block *k)
{
    page_room(p, page_line(STYLE_BODY));
    page_label(p, STYLE_BODY, INK_QUIET, 0, FACT_COLUMN - 8, false, k->text);
    page_text_beside(p, STYLE_BODY, INK_TEXT, FACT_COLUMN, PAGE_WIDTH - FACT_COLUMN, k->more);
}

static void put_bar(struct page *p, const struct doc_block *k)
{
    double line = page_line(STYLE_BODY) + 3, x = 190, width = 170;

    page_room(p, line);
    page_label(p, STYLE_BODY, INK_TEXT, 0, x - 10, false, k->text);
    page_box(p, INK_TRACK, x, p->y + 3.5, width, 7);
    if (k->bp >= 0) {
        page_box(p, ink_of_score(k->bp), x, p->y + 3.5, width * k->bp / 10000, 7);
        page_label(p, STYLE_STRONG, INK_TEXT, x + width + 10, 28, true,
                   str_fmt(p->a, "%d", (k->bp + 50) / 100));
    }
    p->y += 1.9; /* on the same baseline */
    page_label(p, STYLE_SMALL, INK_QUIET, x + width + 48, PAGE_WIDTH - x - width - 48, false,
               k->bp < 0 ? str_fmt(p->a, "no score%s%.*s", k->more.n ? ", " : "", STR_ARG(k->more)) : k->more);
    p->y += line - 1.9;
}

static void put_item(struct page *p, const struct doc_block *k)
{
    page_room(p, page_line(STYLE_BODY) * 2);
    page_box(p, INK_ACCENT, 1, p->y + 5.5, 3, 3);
    page_text(p, STYLE_STRONG, ink_of(k->tone), INDENT, PAGE_WIDTH - INDENT, k->text);
    page_text(p, STYLE_BODY, INK_TEXT, INDENT, PAGE_WIDTH - INDENT, k->more);
    page_text(p, STYLE_SMALL, INK_QUIET, INDENT, PAGE_WIDTH - INDENT, k->note);
}

static void put_verdict(struct page *p, const struct doc_block *k)
{
    page_gap(p, 3);
    page_room(p, page_line(STYLE_STRONG) * 2);
    page_label(p, STYLE_STRONG, ink_of(k->tone), PAGE_WIDTH - 130, 130, true, k->more);
    page_text(p, STYLE_STRONG, k->tone == DOC_OFF ? INK_QUIET : INK_TEXT, 0, PAGE_WIDTH - 140, k->text);
    page_text(p, STYLE_BODY, INK_QUIET, 0, PAGE_WIDTH, k->note);
    page_text(p, STYLE_SMALL, INK_QUIET, 0, PAGE_WIDTH, k->aside);
}

static void put_quote(struct page *p, const struct doc *d, const struct doc_block *k)
{
    double x = INDENT + TIME_COLUMN;

    page_room(p, page_line(STYLE_BODY) + page_line(STYLE_SMALL));
    page_label(p, STYLE_SMALL, INK_ACCENT, INDENT, TIME_COLUMN - 6, false, doc_clock(d->a, k->ms));
    page_label(p, STYLE_SMALL, INK_QUIET, x, PAGE_WIDTH - x, false, k->more);
    p->y += page_line(STYLE_SMALL);
    page_text(p, STYLE_BODY, INK_TEXT, x, PAGE_WIDTH - x, k->text);
}

static void put_share(struct page *p, const struct doc_block *k)
{
    double agent = PAGE_WIDTH * k->bp / 10000;

    page_room(p, 32);
    page_box(p, INK_ACCENT, 0, p->y + 2, agent, 10);
    page_box(p, INK_CUSTOMER, agent, p->y + 2, PAGE_WIDTH - agent, 10);
    p->y += 15;
    page_label(p, STYLE_SMALL, INK_ACCENT, 0, PAGE_WIDTH / 2, false,
               str_fmt(p->a, "Agent %d %%", (k->bp + 50) / 100));
    page_label(p, STYLE_SMALL, INK_CUSTOMER, PAGE_WIDTH / 2, PAGE_WIDTH / 2, true,
               str_fmt(p->a, "Customer %d %%", 100 - (k->bp + 50) / 100));
    p->y += 17;
}

static void mood_line(struct page *p, const struct doc_block *k, double top, double height)
{
    int32_t from = k->points[0].ms, span = k->points[k->n_points - 1].ms - from;
    double middle = top + height / 2;

    cairo_set_line_width(p->cr, 1.4);
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    page_ink(p, INK_ACCENT);
    for (size_t i = 0; i < k->n_points; i++) {
        double x = PAGE_LEFT + 24 + (span ? (PAGE_WIDTH - 24) * (k->points[i].ms - from) / span : 0);
        double y = middle - height / 2 * k->points[i].bp / 10000;

        if (i)
            cairo_line_to(p->cr, x, y);
        else
            cairo_move_to(p->cr, x, y);
    }
    cairo_stroke(p->cr);
}

static void put_mood(struct page *p, const struct doc *d, const struct doc_block *k)
{
    const double height = 70;
    double top;

    if (k->n_points < 2)
        return;
    page_room(p, height + 22);
    if (p->full)
        return;
    top = p->y;
    page_box(p, INK_TRACK, 24, top, PAGE_WIDTH - 24, height);
    page_box(p, INK_LINE, 24, top + height / 2 - 0.25, PAGE_WIDTH - 24, 0.5);
    page_label(p, STYLE_SMALL, INK_GOOD, 0, 22, false, STR("good"));
    p->y = top + height - page_line(STYLE_SMALL);
    page_label(p, STYLE_SMALL, INK_BAD, 0, 22, false, STR("bad"));
    mood_line(p, k, top, height);
    p->y = top + height + 2;
    page_label(p, STYLE_SMALL, INK_QUIET, 24, 60, false, doc_clock(d->a, k->points[0].ms));
    page_label(p, STYLE_SMALL, INK_QUIET, PAGE_WIDTH - 60, 60, true,
               doc_clock(d->a, k->points[k->n_points - 1].ms));
    p->y += 20;
}

static void put_block(struct page *p, const struct doc *d, const struct doc_block *k)
{
    switch (k->kind) {
    case DOC_PART:
        page_gap(p, 14);
        page_room(p, 80); /* a heading does not stand alone at the foot */
        page_text(p, STYLE_PART, INK_TEXT, 0, PAGE_WIDTH, k->text);
        return;
    case DOC_SECTION:
        page_gap(p, 6);
        page_room(p, 50);
        page_text(p, STYLE_SECTION, INK_QUIET, 0, PAGE_WIDTH, k->text);
        return;
    case DOC_TEXT: page_text(p, STYLE_BODY, ink_of(k->tone), 0, PAGE_WIDTH, k->text); return;
    case DOC_FACT: put_fact(p, k); return;
    case DOC_ITEM: put_item(p, k); return;
    case DOC_BAR: put_bar(p, k); return;
    case DOC_VERDICT: put_verdict(p, k); return;
    case DOC_QUOTE: put_quote(p, d, k); return;
    case DOC_MOOD: put_mood(p, d, k); return;
    case DOC_SHARE: put_share(p, k); return;
    }
}

static const struct err *write_all(const struct doc *d, struct str *ret_bytes)
{
    struct page *p = ARENA_NEW(d->a, struct page);
    const struct err *e = page_open(p, d->a, d);

    if (e)
        return e;
    page_text(p, STYLE_TITLE, INK_TEXT, 0, PAGE_WIDTH, d->title);
    page_text(p, STYLE_BODY, INK_QUIET, 0, PAGE_WIDTH, d->about);
    page_gap(p, 6);
    for (size_t i = 0; i < d->n && !p->full; i++)
        put_block(p, d, &d->blocks[i]);
    if (d->cut)
        page_text(p, STYLE_BODY, INK_BAD, 0, PAGE_WIDTH,
                  str_fmt(d->a, "The report was cut here: it would have more than %d entries.",
                          DOC_MAX_BLOCKS));
    return page_close(p, ret_bytes);
}

const struct err *doc_pdf(const struct doc *d, struct str *ret_bytes)
{
    struct timespec until;
    const struct err *e;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += LOCK_WAIT_S;
    if (pthread_mutex_timedlock(&one_at_a_time, &until))
        return err_why(d->a, E_BUSY, "Many reports are being written: try again in a moment.");
    e = write_all(d, ret_bytes);
    pthread_mutex_unlock(&one_at_a_time);
    return e;
}
