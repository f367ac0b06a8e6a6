/* A report as a list of blocks, which two writers turn into Markdown and PDF. Pure. Whatever text
 * is put in is made safe first: well-formed UTF-8, one line, no controls, nothing that changes the
 * direction of what stands beside it, and no longer than a report can use. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_DOC_H
#define RINGSIGHT_INSIGHT_REPORTS_DOC_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

#define DOC_MAX_BLOCKS 1500 /* what comes later is left out, and the report says so */
#define DOC_MAX_TEXT 3000   /* bytes of one text */
#define DOC_MAX_PAGES 60
#define DOC_MAX_POINTS 240

enum doc_kind {
    DOC_PART = 1, /* text: heading */
    DOC_SECTION,  /* text: heading within a part */
    DOC_TEXT,     /* text: a paragraph */
    DOC_FACT,     /* text: name; more: value */
    DOC_ITEM,     /* text: a point; more: what is said about it */
    DOC_BAR,      /* text: of what; bp: 0..10000, -1 for none; more: beside it */
    DOC_VERDICT,  /* text: the question; more: the answer; tone; note: why; aside: who decided */
    DOC_QUOTE,    /* text: words; more: who; ms: when */
    DOC_MOOD,     /* points: sentiment over time, -10000..10000 */
    DOC_SHARE,    /* bp: the agent's share of the talk */
};

enum doc_tone { DOC_PLAIN = 0, DOC_GOOD, DOC_PARTLY, DOC_BAD, DOC_OFF };

struct doc_point {
    int32_t ms, bp;
};

struct doc_block {
    enum doc_kind kind;
    enum doc_tone tone;
    struct str text, more, note, aside;
    int32_t bp, ms;
    size_t n_points;
    const struct doc_point *points;
};

struct doc {
    struct arena *a;
    struct str title, about; /* about: the line below the title */
    int64_t dated;           /* TIME_*: the only date in the file's own data */
    size_t n, room;
    struct doc_block *blocks;
    bool cut; /* there was more than DOC_MAX_BLOCKS */
};

/* An empty report. Everything in it lives in the arena. */
struct doc *doc_new(struct arena *a, struct str title, struct str about, int64_t dated);
/* Adds a block; its texts are made safe and copied, its points thinned to DOC_MAX_POINTS. */
void doc_add(struct doc *d, struct doc_block block);
/* The text made safe, as doc_add does. */
struct str doc_clean(struct arena *a, struct str s);
/* "1:02:03" or "2:03" of milliseconds. */
struct str doc_clock(struct arena *a, int64_t ms);

/* The report as Markdown: the same bytes for the same report. */
struct str doc_markdown(const struct doc *d);
/* As PDF, A4: the same bytes for the same report, as long as fonts and libraries are the same. At most
 * DOC_MAX_PAGES pages, 15 seconds of processor time and 16 MB; one is written at a time. E_BUSY if others take too
 * long, E_TIMEOUT, E_TOO_LARGE, E_INTERNAL with a sentence if a font is missing. */
const struct err *doc_pdf(const struct doc *d, struct str *ret_bytes) MUST_USE;

#endif
