/* The report as JSON and as CSV. Pure. */
#include "core/csv.h"
#include "core/json.h"
#include "insight/calibration/inner.h"

static void put_text(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_text(w, s);
}

static void put_int(struct jw *w, const char *key, int64_t n)
{
    jw_key(w, key);
    jw_int(w, n);
}

static void put_bp(struct jw *w, const char *key, int32_t bp)
{
    jw_key(w, key);
    if (bp == AGREE_NONE)
        jw_null(w);
    else
        jw_int(w, bp);
}

static void put_figures(struct jw *w, const struct agreement *x)
{
    put_int(w, "pairs", x->pairs);
    put_int(w, "left_out", x->left_out);
    put_bp(w, "within_bp", x->within_bp);
    put_bp(w, "exact_bp", x->exact_bp);
    put_bp(w, "kappa_bp", x->kappa_bp);
    put_bp(w, "bias_bp", x->bias_bp);
    put_bp(w, "error_bp", x->error_bp);
}

struct str agree_json(struct arena *a, const struct agree_report *r)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    put_text(&w, "name", r->name);
    put_int(&w, "version", r->version);
    put_text(&w, "state", r->state);
    jw_key(&w, "tried");
    jw_bool(&w, r->tried);
    put_int(&w, "calls", (int64_t)r->calls);
    put_int(&w, "kept_back", (int64_t)r->kept_back);
    put_int(&w, "no_machine", (int64_t)r->no_machine);
    jw_key(&w, "scores");
    jw_open(&w, '{');
    put_figures(&w, &r->scores);
    jw_close(&w, '}');
    jw_key(&w, "questions");
    jw_open(&w, '[');
    for (size_t i = 0; i < r->n_questions; i++) {
        jw_open(&w, '{');
        put_text(&w, "key", r->questions[i].key);
        put_text(&w, "text", r->questions[i].text);
        put_figures(&w, &r->questions[i].figures);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_key(&w, "raters");
    jw_open(&w, '[');
    for (size_t i = 0; i < r->n_raters; i++) {
        jw_open(&w, '{');
        put_text(&w, "first", r->raters[i].first);
        put_text(&w, "second", r->raters[i].second);
        put_figures(&w, &r->raters[i].figures);
        jw_close(&w, '}');
    }
    jw_close(&w, ']');
    jw_close(&w, '}');
    return jw_done(&w);
}

/* "12.34", "" for none. */
static struct str hundredths(struct arena *a, int32_t bp)
{
    int32_t n = bp < 0 ? -bp : bp;

    if (bp == AGREE_NONE)
        return STR("");
    return str_fmt(a, "%s%d.%02d", bp < 0 ? "-" : "", n / 100, n % 100);
}

/* Kappa lies between -1 and 1. */
static struct str ten_thousandths(struct arena *a, int32_t bp)
{
    int32_t n = bp < 0 ? -bp : bp;

    if (bp == AGREE_NONE)
        return STR("");
    return str_fmt(a, "%s%d.%04d", bp < 0 ? "-" : "", n / 10000, n % 10000);
}

static void put_row(struct arena *a, struct buf *b, const char *of, struct str first,
                    struct str second, const struct agreement *x)
{
    struct str cells[] = {str_of(of), first, second, str_fmt(a, "%lld", (long long)x->pairs),
                          str_fmt(a, "%lld", (long long)x->left_out),
                          hundredths(a, x->within_bp), hundredths(a, x->exact_bp),
                          ten_thousandths(a, x->kappa_bp), hundredths(a, x->bias_bp),
                          hundredths(a, x->error_bp)};

    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++)
        csv_cell(b, cells[i], i == 0);
    csv_end_row(b);
}

struct str agree_csv(struct arena *a, const struct agree_report *r)
{
    static const char *const HEAD[] = {"of", "first", "second", "pairs", "left_out",
                                       "within_10_points_percent", "exact_percent", "kappa",
                                       "bias_points", "mean_error_points"};
    struct buf b = buf_new(a, 1 << 20);
    struct str version = str_fmt(a, "version %lld", (long long)r->version);

    for (size_t i = 0; i < sizeof HEAD / sizeof *HEAD; i++)
        csv_cell(&b, str_of(HEAD[i]), i == 0);
    csv_end_row(&b);
    put_row(a, &b, "scores", r->name, version, &r->scores);
    for (size_t i = 0; i < r->n_questions; i++)
        put_row(a, &b, "question", r->questions[i].key, r->questions[i].text,
                &r->questions[i].figures);
    for (size_t i = 0; i < r->n_raters; i++)
        put_row(a, &b, "raters", r->raters[i].first.n ? r->raters[i].first : STR("machine"),
                r->raters[i].second, &r->raters[i].figures);
    return buf_str(&b);
}
