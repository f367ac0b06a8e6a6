/* How an analysis is stored and what of it stands in lists. Pure. */
#include "insight/analysis/analysis.h"

#include "core/json.h"
#include "insight/scores/scores.h"

struct str analysis_body(struct arena *a, struct str engine, struct str engine_version,
                         const struct conversation *c, const struct analysis *x)
{
    struct str body = analysis_json(a, engine, engine_version, c, x);
    struct jw w = jw_new(a);

    buf_add(&w.b, str_sub(body, 0, body.n - 1)); /* all but the closing bracket */
    w.comma = true;
    jw_key(&w, "turn_sentiment_bp");
    jw_open(&w, '[');
    for (size_t i = 0; x->turn_sentiment_bp && i < c->n_turns; i++)
        jw_int(&w, x->turn_sentiment_bp[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    return jw_done(&w);
}

struct str analysis_in_short(struct str summary)
{
    for (size_t i = 0; i < summary.n; i++) {
        char c = summary.p[i];

        if ((c == '.' || c == '?' || c == '!') && (i + 1 == summary.n || summary.p[i + 1] == ' '))
            return str_sub(summary, 0, i + 1);
    }
    return summary;
}
