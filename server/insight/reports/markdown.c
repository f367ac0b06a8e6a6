/* A report as Markdown. What was said in a call stays text: nothing of it becomes a heading, a link
 * or HTML. */
#include "insight/reports/doc.h"

#define FILE_MAX (4u << 20)
#define MOOD_ROWS 12

struct writing {
    struct buf b;
    enum doc_kind last;
};

static void put(struct writing *w, struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];

        if (c == '<')
            buf_add(&w->b, STR("&lt;"));
        else if (c == '&')
            buf_add(&w->b, STR("&amp;"));
        else {
            if (c == '\\' || c == '`' || c == '*' || c == '_' || c == '[' || c == ']' || c == '|' ||
                c == '~' || c == '$')
                buf_char(&w->b, '\\');
            buf_char(&w->b, c);
        }
    }
}

/* Text at the beginning of a line, where "1." , "#" and the like mean something too. */
static void put_line(struct writing *w, struct str s)
{
    size_t digits = 0;

    while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
        digits++;
    if (s.n && (s.p[0] == '#' || s.p[0] == '>' || s.p[0] == '-' || s.p[0] == '+' || s.p[0] == '='))
        buf_char(&w->b, '\\');
    if (digits && digits < s.n && (s.p[digits] == '.' || s.p[digits] == ')')) {
        put(w, str_sub(s, 0, digits));
        buf_char(&w->b, '\\');
        s = str_sub(s, digits, s.n);
    }
    put(w, s);
}

static void put_mood(struct writing *w, const struct doc *d, const struct doc_block *k)
{
    size_t rows = k->n_points < MOOD_ROWS ? k->n_points : MOOD_ROWS;

    buf_add(&w->b, STR("| From | Sentiment |\n| ---: | ---: |\n"));
    for (size_t i = 0; i < rows; i++) {
        size_t from = i * k->n_points / rows, to = (i + 1) * k->n_points / rows;
        int64_t sum = 0, mean;

        for (size_t j = from; j < to; j++)
            sum += k->points[j].bp;
        mean = sum / (int64_t)(to - from) / 100;
        buf_fmt(&w->b, "| %.*s | %s%lld.%02lld |\n",
                STR_ARG(doc_clock(d->a, k->points[from].ms)), mean < 0 ? "−" : mean ? "+" : "",
                (long long)(mean < 0 ? -mean : mean) / 100, (long long)(mean < 0 ? -mean : mean) % 100);
    }
}

static void put_bar(struct writing *w, const struct doc_block *k)
{
    buf_add(&w->b, STR("- "));
    put_line(w, k->text);
    if (k->bp >= 0)
        buf_fmt(&w->b, ": **%d of 100**", (k->bp + 50) / 100);
    else
        buf_add(&w->b, STR(": no score"));
    if (k->more.n) {
        buf_add(&w->b, STR(" ("));
        put(w, k->more);
        buf_char(&w->b, ')');
    }
    buf_char(&w->b, '\n');
}

static void put_item(struct writing *w, const struct doc_block *k)
{
    buf_add(&w->b, STR("- **"));
    put(w, k->text);
    buf_add(&w->b, STR("**"));
    if (k->more.n) {
        buf_add(&w->b, k->kind == DOC_VERDICT ? STR(" — ") : STR(": "));
        put(w, k->more);
    }
    if (k->note.n) {
        buf_add(&w->b, STR("  \n  "));
        put_line(w, k->note);
    }
    if (k->aside.n) {
        buf_add(&w->b, STR("  \n  "));
        put_line(w, k->aside);
    }
    buf_char(&w->b, '\n');
}

static void put_quote(struct writing *w, const struct doc *d, const struct doc_block *k)
{
    buf_fmt(&w->b, "  > %.*s ", STR_ARG(doc_clock(d->a, k->ms)));
    put(w, k->more);
    buf_add(&w->b, STR(": “"));
    put(w, k->text);
    buf_add(&w->b, STR("”\n"));
}

/* Whether a blank line stands before this block. */
static bool apart(enum doc_kind last, enum doc_kind now)
{
    if (now == DOC_QUOTE)
        return true;
    return now != last || now == DOC_TEXT || now == DOC_VERDICT || now == DOC_PART || now == DOC_SECTION;
}

static void put_block(struct writing *w, const struct doc *d, const struct doc_block *k)
{
    if (apart(w->last, k->kind))
        buf_char(&w->b, '\n');
    w->last = k->kind;
    switch (k->kind) {
    case DOC_PART:
    case DOC_SECTION:
        buf_add(&w->b, k->kind == DOC_PART ? STR("## ") : STR("### "));
        put(w, k->text);
        buf_char(&w->b, '\n');
        return;
    case DOC_TEXT:
        put_line(w, k->text);
        buf_char(&w->b, '\n');
        return;
    case DOC_BAR: put_bar(w, k); return;
    case DOC_QUOTE: put_quote(w, d, k); return;
    case DOC_MOOD: put_mood(w, d, k); return;
    case DOC_SHARE:
        buf_fmt(&w->b, "Agent %d %%, customer %d %% of the talk.\n", (k->bp + 50) / 100,
                100 - (k->bp + 50) / 100);
        return;
    case DOC_FACT:
    case DOC_ITEM:
    case DOC_VERDICT: put_item(w, k); return;
    }
}

struct str doc_markdown(const struct doc *d)
{
    struct writing w = {.b = buf_new(d->a, FILE_MAX)};

    buf_add(&w.b, STR("# "));
    put(&w, d->title);
    buf_char(&w.b, '\n');
    if (d->about.n) {
        buf_char(&w.b, '\n');
        put_line(&w, d->about);
        buf_char(&w.b, '\n');
    }
    for (size_t i = 0; i < d->n; i++)
        put_block(&w, d, &d->blocks[i]);
    if (d->cut || w.b.over)
        buf_fmt(&w.b, "\nThe report was cut here: it would have more than %d entries.\n",
                DOC_MAX_BLOCKS);
    return buf_str(&w.b);
}
