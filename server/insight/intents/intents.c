/* A tenant's intents and which of them a call has. Knows no HTTP. */
#include "insight/intents/intents.h"

#include "engines/builtin/builtin.h"
#include "insight/intents/queries.h"

/* "NEW_INQUIRY" as "New inquiry". */
static struct str name_of(struct arena *a, const char *code)
{
    struct str s = str_lower(a, str_of(code));
    char *p = arena_alloc(a, s.n + 1);

    for (size_t i = 0; i < s.n; i++)
        p[i] = s.p[i] == '_' ? ' ' : s.p[i];
    if (s.n && p[0] >= 'a' && p[0] <= 'z')
        p[0] = (char)(p[0] - 'a' + 'A');
    return str_n(p, s.n);
}

static struct intent *find(const struct intent_set *set, struct str code)
{
    for (size_t i = 0; i < set->n; i++)
        if (str_eq(set->v[i].code, code))
            return &set->v[i];
    return NULL;
}

/* Phrases that do not compile any more find nothing; the editor says why. */
static void apply(struct arena *a, struct intent *x, const struct intents_all_out *row)
{
    x->code = row->code;
    x->name = row->name;
    x->phrases = row->phrases;
    x->retired = row->retired;
    x->version = row->version;
    if (!str_is(row->phrases, "[]") &&
        tracker_read(a, STR("phrase"), STR("anyone"), row->phrases, &x->tracker))
        x->tracker = NULL;
}

const struct err *intents_load(struct db *db, struct intent_set *ret)
{
    struct arena *a = db_arena(db);
    struct intents_all_out *rows;
    struct intent_set set = {0};
    size_t n = 0, builtin = 0;
    const struct err *e = q_intents_all(db, &rows, &n);

    if (e)
        return e;
    while (builtin_intent(builtin))
        builtin++;
    set.v = ARENA_ARRAY(a, builtin + n, struct intent);
    for (; set.n < builtin; set.n++)
        set.v[set.n] = (struct intent){.code = str_of(builtin_intent(set.n)),
                                       .name = name_of(a, builtin_intent(set.n)),
                                       .phrases = STR("[]"), .builtin = true};
    for (size_t i = 0; i < n; i++) {
        struct intent *x = find(&set, rows[i].code);

        apply(a, x ? x : &set.v[set.n++], &rows[i]);
    }
    *ret = set;
    return NULL;
}

static int32_t votes_of(struct arena *a, const struct intent *x, const struct conversation *c)
{
    struct tracker_hits h;
    int32_t votes = 0;

    if (!x->tracker)
        return 0;
    h = tracker_find(a, x->tracker, c);
    for (size_t i = 0; i < h.n_spans; i++)
        votes += c->turns[h.spans[i].turn].speaker == SPEAKER_CUSTOMER ? 3 : 2;
    return votes;
}

static struct str in_use(const struct intent_set *set, struct str code)
{
    const struct intent *x = find(set, code);

    return x && !x->retired ? x->code : STR_NONE;
}

static void by_votes(struct arena *a, const struct intent_set *set, const struct conversation *c,
                     bool words, struct str *ret_primary, struct str *ret_second)
{
    int32_t *built = ARENA_ARRAY(a, set->n + 1, int32_t), best = 0, second = 0;

    *ret_primary = *ret_second = STR_NONE;
    if (words)
        builtin_intent_votes(a, c, built);
    for (size_t i = 0; i < set->n; i++) {
        int32_t votes = built[i] + votes_of(a, &set->v[i], c);

        if (set->v[i].retired)
            continue;
        if (votes > best) {
            second = best;
            *ret_second = *ret_primary;
            best = votes;
            *ret_primary = set->v[i].code;
        } else if (votes > second) {
            second = votes;
            *ret_second = set->v[i].code;
        }
    }
    if (second * 3 < best)
        *ret_second = STR_NONE;
}

void intents_decide(struct arena *a, const struct intent_set *set, const struct conversation *c,
                    const struct json *analysis, struct str *ret_primary, struct str *ret_second)
{
    struct str told, first, second;

    if (str_is(json_text(analysis, "engine"), "builtin")) {
        by_votes(a, set, c, true, ret_primary, ret_second);
        return;
    }
    by_votes(a, set, c, false, &first, &second);
    *ret_primary = in_use(set, json_text(analysis, "primary_intent"));
    told = in_use(set, json_text(analysis, "secondary_intent"));
    if (!ret_primary->p) {
        *ret_primary = told.p ? told : first;
        told = STR_NONE;
    }
    if (!told.p)
        told = str_eq(first, *ret_primary) ? second : first;
    *ret_second = str_eq(told, *ret_primary) ? STR_NONE : told;
}

const struct err *intents_put(struct db *db, struct uuid call, struct uuid transcript,
                              struct str primary, struct str second)
{
    return q_intents_put(db, (struct intents_put_in){call, transcript, primary, second}, NULL);
}
