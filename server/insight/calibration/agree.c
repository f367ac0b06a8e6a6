/* The arithmetic of agreement. Called by report.c; knows neither database nor cards. */
#include "insight/calibration/agree.h"

#define WHOLE 10000

/* Differences of two numbers of points each. */
struct differences {
    int64_t n, within, sum, absolute;
};

/* num / den to the nearest whole number, half away from zero. */
static int32_t divided(int64_t num, int64_t den)
{
    int64_t half = den / 2;

    if (den <= 0)
        return AGREE_NONE;
    return (int32_t)(num < 0 ? -((-num + half) / den) : (num + half) / den);
}

static void differ(struct differences *d, int32_t first, int32_t second)
{
    int64_t by = (int64_t)first - second, far = by < 0 ? -by : by;

    d->n++;
    d->sum += by;
    d->absolute += far;
    d->within += far <= AGREE_WITHIN_BP;
}

static void put_differences(const struct differences *d, struct agreement *io)
{
    io->within_bp = divided(d->within * WHOLE, d->n);
    io->bias_bp = divided(d->sum, d->n);
    io->error_bp = divided(d->absolute, d->n);
}

static const struct rated *answer(const struct rating *r, struct str key)
{
    for (size_t i = 0; i < r->n; i++)
        if (str_eq(r->answers[i].key, key))
            return r->answers[i].label.p ? &r->answers[i] : NULL;
    return NULL;
}

struct agreement agree_on_scores(const struct rating_pair *pairs, size_t n)
{
    struct agreement out = {.exact_bp = AGREE_NONE, .kappa_bp = AGREE_NONE};
    struct differences d = {0};

    for (size_t i = 0; i < n; i++) {
        if (pairs[i].first->score_bp < 0 || pairs[i].second->score_bp < 0) {
            out.left_out++;
            continue;
        }
        out.pairs++;
        differ(&d, pairs[i].first->score_bp, pairs[i].second->score_bp);
    }
    put_differences(&d, &out);
    return out;
}

/* An answer, and how often each side gave it. */
struct category {
    struct str label;
    int64_t first, second;
};

static struct category *category(struct category *c, size_t *io_n, struct str label)
{
    for (size_t i = 0; i < *io_n; i++)
        if (str_eq(c[i].label, label))
            return &c[i];
    c[*io_n].label = label;
    return &c[(*io_n)++];
}

/* With n pairs, of which `same` agree, and e the sum over the categories of the product of both
 * sides' counts: (same / n - e / n^2) / (1 - e / n^2) = (n * same - e) / (n^2 - e). */
static int32_t kappa(const struct category *c, size_t n_categories, int64_t n, int64_t same)
{
    int64_t e = 0;

    for (size_t i = 0; i < n_categories; i++)
        e += c[i].first * c[i].second;
    return divided((n * same - e) * WHOLE, n * n - e);
}

struct agreement agree_on_question(struct arena *a, const struct rating_pair *pairs, size_t n,
                                   struct str key)
{
    struct category *c = ARENA_ARRAY(a, 2 * n, struct category);
    struct agreement out = {0};
    struct differences d = {0};
    size_t n_categories = 0;
    int64_t same = 0;

    for (size_t i = 0; i < n; i++) {
        const struct rated *x = answer(pairs[i].first, key), *y = answer(pairs[i].second, key);

        if (!x || !y) {
            out.left_out++;
            continue;
        }
        out.pairs++;
        same += str_eq(x->label, y->label);
        category(c, &n_categories, x->label)->first++;
        category(c, &n_categories, y->label)->second++;
        if (x->points_bp >= 0 && y->points_bp >= 0)
            differ(&d, x->points_bp, y->points_bp);
    }
    out.exact_bp = divided(same * WHOLE, out.pairs);
    out.kappa_bp = kappa(c, n_categories, out.pairs, same);
    put_differences(&d, &out);
    return out;
}

struct agreement agree_of_raters(const struct rating_pair *pairs, size_t n)
{
    struct agreement out = agree_on_scores(pairs, n);
    int64_t answers = 0, same = 0;

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < pairs[i].first->n; k++) {
            struct str key = pairs[i].first->answers[k].key;
            const struct rated *x = answer(pairs[i].first, key), *y = answer(pairs[i].second, key);

            if (!x || !y)
                continue;
            answers++;
            same += str_eq(x->label, y->label);
        }
    out.exact_bp = divided(same * WHOLE, answers);
    return out;
}
