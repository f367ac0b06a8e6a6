/* Pages over cairo and pango: type, inks, breaking, footers, limits. Knows nothing of reports. */
#include <cairo-pdf.h>
#include <pango/pangocairo.h>
#include <time.h>

#include "core/time.h"
#include "insight/reports/page_int.h"

#define PAPER_WIDTH 595.0
#define PAPER_HEIGHT 842.0
#define TOP 52.0
#define BOTTOM 786.0
#define FOOT 802.0
#define FILE_MAX (16u << 20)
#define TIME_LIMIT (15 * TIME_S)

static const struct {
    const char *font;
    double line, after;
} styles[STYLES] = {
    {"Noto Sans Bold 19", 26, 2},   {"Noto Sans Bold 12.5", 18, 4}, {"Noto Sans Bold 9.5", 14, 2},
    {"Noto Sans 9.5", 13.5, 3},     {"Noto Sans Bold 9.5", 13.5, 2}, {"Noto Sans 8", 11, 2},
    {"Noto Sans Bold 26", 34, 2},
};

static const double inks[INKS][3] = {
    {0.11, 0.12, 0.14}, {0.42, 0.44, 0.48}, {0.83, 0.84, 0.86}, {0.93, 0.935, 0.945},
    {0.16, 0.38, 0.66}, {0.80, 0.52, 0.20}, {0.13, 0.48, 0.30}, {0.66, 0.47, 0.05}, {0.72, 0.20, 0.17},
};

void page_ink(struct page *p, enum page_ink ink)
{
    cairo_set_source_rgb(p->cr, inks[ink][0], inks[ink][1], inks[ink][2]);
}

double page_line(enum page_style s)
{
    return styles[s].line;
}

/* Processor time of this thread: a busy machine makes no report too long. */
static int64_t spent(void)
{
    struct timespec t;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * TIME_S + t.tv_nsec / 1000;
}

static cairo_status_t write_out(void *closure, const unsigned char *data, unsigned n)
{
    struct buf *b = closure;

    buf_add(b, str_n(data, n));
    return b->over ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static void describe(struct page *p, const struct doc *d)
{
    char iso[32];

    cairo_pdf_surface_restrict_to_version(p->surface, CAIRO_PDF_VERSION_1_5);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_TITLE, str_c(p->a, d->title));
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATOR, "Ringsight");
    time_iso(d->dated - d->dated % TIME_S, iso);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_CREATE_DATE, iso);
    cairo_pdf_surface_set_metadata(p->surface, CAIRO_PDF_METADATA_MOD_DATE, iso);
}

const struct err *page_open(struct page *p, struct arena *a, const struct doc *d)
{
    cairo_font_options_t *options;
    PangoFontMap *map;
    const struct err *e = page_fonts(a, &map);

    if (e)
        return e;
    *p = (struct page){.a = a, .out = buf_new(a, FILE_MAX), .title = d->title, .y = TOP, .number = 1,
                       .until = spent() + TIME_LIMIT};
    p->surface = cairo_pdf_surface_create_for_stream(write_out, &p->out, PAPER_WIDTH, PAPER_HEIGHT);
    describe(p, d);
    p->cr = cairo_create(p->surface);
    p->pango = pango_font_map_create_context(map);
    options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    pango_cairo_context_set_font_options(p->pango, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(p->pango, FALSE);
    pango_context_set_language(p->pango, pango_language_from_string("en"));
    pango_context_set_base_dir(p->pango, PANGO_DIRECTION_LTR);
    return NULL;
}

static PangoLayout *lay_out(struct page *p, enum page_style s, double width, struct str text)
{
    PangoFontDescription *font = pango_font_description_from_string(styles[s].font);
    PangoLayout *l = pango_layout_new(p->pango);

    pango_layout_set_font_description(l, font);
    pango_font_description_free(font);
    pango_layout_set_width(l, pango_units_from_double(width));
    pango_layout_set_wrap(l, PANGO_WRAP_WORD_CHAR);
    pango_layout_set_single_paragraph_mode(l, TRUE);
    pango_layout_set_text(l, text.p ? text.p : "", (int)text.n);
    return l;
}

/* Its baseline stands at the same height of every line of a style, whichever font a word is in. */
static void show_line(struct page *p, enum page_style s, PangoLayoutLine *line, double x, double y)
{
    cairo_move_to(p->cr, PAGE_LEFT + x, y + styles[s].line * 0.74);
    pango_cairo_show_layout_line(p->cr, line);
}

void page_label(struct page *p, enum page_style s, enum page_ink ink, double x, double width, bool end,
                struct str text)
{
    PangoLayout *l;
    PangoRectangle r;
    double at = x;

    if (p->full || !text.n)
        return;
    l = lay_out(p, s, width, str_sub(text, 0, 400));
    pango_layout_set_ellipsize(l, PANGO_ELLIPSIZE_END);
    page_ink(p, ink);
    pango_layout_line_get_extents(pango_layout_get_line_readonly(l, 0), NULL, &r);
    if (end)
        at += width - pango_units_to_double(r.width);
    show_line(p, s, pango_layout_get_line_readonly(l, 0), at, p->y);
    g_object_unref(l);
}

static void foot(struct page *p)
{
    double y = p->y;

    p->y = FOOT - 6;
    page_box(p, INK_LINE, 0, FOOT - 10, PAGE_WIDTH, 0.5);
    page_label(p, STYLE_SMALL, INK_QUIET, 0, PAGE_WIDTH - 60, false,
               p->number == DOC_MAX_PAGES
                   ? STR("The report ends here: it has no more pages than this.") : p->title);
    page_label(p, STYLE_SMALL, INK_QUIET, PAGE_WIDTH - 60, 60, true, str_fmt(p->a, "%d", p->number));
    p->y = y;
}

static void next_page(struct page *p)
{
    if (p->full)
        return;
    if (spent() > p->until && !p->e)
        p->e = err_why(p->a, E_TIMEOUT, "The report took too long to write.");
    foot(p);
    if (p->number == DOC_MAX_PAGES || p->e || p->out.over) {
        p->full = true;
        return;
    }
    cairo_show_page(p->cr);
    p->number++;
    p->y = TOP;
}

void page_room(struct page *p, double height)
{
    if (p->y + height > BOTTOM)
        next_page(p);
}

void page_gap(struct page *p, double height)
{
    if (p->y > TOP)
        p->y += height;
}

void page_box(struct page *p, enum page_ink ink, double x, double y, double width, double height)
{
    if (p->full || width <= 0)
        return;
    page_ink(p, ink);
    cairo_rectangle(p->cr, PAGE_LEFT + x, y, width, height);
    cairo_fill(p->cr);
}

static void lines(struct page *p, enum page_style s, enum page_ink ink, double x, double width,
                  bool beside, struct str text)
{
    PangoLayout *l;
    int n;

    if (p->full || !text.n)
        return;
    l = lay_out(p, s, width, text);
    n = pango_layout_get_line_count(l);
    for (int i = 0; i < n && !p->full; i++) {
        PangoLayoutLine *line = pango_layout_get_line_readonly(l, i);
        PangoRectangle r;
        double at = x;

        page_room(p, styles[s].line);
        if (p->full)
            break;
        pango_layout_line_get_extents(line, NULL, &r);
        if (line->resolved_dir == PANGO_DIRECTION_RTL && !beside)
            at += width - pango_units_to_double(r.width);
        page_ink(p, ink);
        show_line(p, s, line, at, p->y);
        p->y += styles[s].line;
    }
    p->y += styles[s].after;
    g_object_unref(l);
}

void page_text(struct page *p, enum page_style s, enum page_ink ink, double x, double width,
               struct str text)
{
    lines(p, s, ink, x, width, false, text);
}

void page_text_beside(struct page *p, enum page_style s, enum page_ink ink, double x, double width,
                      struct str text)
{
    lines(p, s, ink, x, width, true, text);
}

const struct err *page_close(struct page *p, struct str *ret_bytes)
{
    cairo_status_t status;

    if (!p->full)
        foot(p);
    cairo_show_page(p->cr);
    status = cairo_status(p->cr);
    cairo_destroy(p->cr);
    cairo_surface_finish(p->surface);
    if (!status)
        status = cairo_surface_status(p->surface);
    cairo_surface_destroy(p->surface);
    g_object_unref(p->pango); /* here and not with the arena: fonts are shared, and locked now */
    if (p->e)
        return p->e;
    if (p->out.over)
        return err_why(p->a, E_TOO_LARGE, "The report is larger than 16 MB.");
    if (status)
        return err_why(p->a, E_INTERNAL, "The report cannot be written as PDF: %s.",
                       cairo_status_to_string(status));
    *ret_bytes = buf_str(&p->out);
    return NULL;
}
