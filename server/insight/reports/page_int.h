/* Pages of a PDF, filled from top to bottom. Units are points; x from the left margin. */
#ifndef RINGSIGHT_INSIGHT_REPORTS_PAGE_INT_H
#define RINGSIGHT_INSIGHT_REPORTS_PAGE_INT_H

#include <cairo.h>
#include <pango/pango.h>

#include "insight/reports/doc.h"

#define PAGE_WIDTH 499.0 /* between the margins */

enum page_style { STYLE_TITLE = 0, STYLE_PART, STYLE_SECTION, STYLE_BODY, STYLE_STRONG, STYLE_SMALL,
                  STYLE_FIGURE, STYLES };
enum page_ink { INK_TEXT = 0, INK_QUIET, INK_LINE, INK_TRACK, INK_ACCENT, INK_CUSTOMER, INK_GOOD,
                INK_PARTLY, INK_BAD, INKS };

struct page {
    struct arena *a;
    cairo_surface_t *surface;
    cairo_t *cr;
    PangoContext *pango;
    struct buf out;
    struct str title;
    double y;           /* from the top of the paper */
    int number;
    bool full;          /* no page is left: what is drawn now is left out */
    const struct err *e;
    int64_t until;      /* processor time of the thread */
};

/* fonts.c: the fonts, made once; E_INTERNAL names the file that is missing. */
const struct err *page_fonts(struct arena *a, PangoFontMap **ret) MUST_USE;

/* A document with its first page. */
const struct err *page_open(struct page *p, struct arena *a, const struct doc *d) MUST_USE;
/* The file, in the arena of the document. */
const struct err *page_close(struct page *p, struct str *ret_bytes) MUST_USE;
/* A new page unless this much room is left. */
void page_room(struct page *p, double height);
/* Room left free, none at the top of a page. */
void page_gap(struct page *p, double height);
/* Text as broken into lines of this width, over pages where it must; moves down. Text that runs from
 * right to left begins at the right. */
void page_text(struct page *p, enum page_style s, enum page_ink ink, double x, double width,
               struct str text);
/* The same, but beginning at x whichever way it runs: what stands beside its name. */
void page_text_beside(struct page *p, enum page_style s, enum page_ink ink, double x, double width,
                      struct str text);
/* One line at the present height, cut with an ellipsis; does not move. `end`: set at the right end. */
void page_label(struct page *p, enum page_style s, enum page_ink ink, double x, double width, bool end,
                struct str text);
/* Height of a line. */
double page_line(enum page_style s);
void page_box(struct page *p, enum page_ink ink, double x, double y, double width, double height);
void page_ink(struct page *p, enum page_ink ink);

#define PAGE_LEFT 48.0

#endif
