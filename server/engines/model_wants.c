/* What an analysis by a model looks for: the tenant's fields of customers and intents, as data beside
 * the call and as what its answer may say. Pure. */
#include "engines/model_wants.h"

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct model_want FIELDS[] = {
    {.name = STR("name"), .about = STR("The customer's own name, as they say it.")},
    {.name = STR("mail"), .about = STR("The customer's mail address.")},
    {.name = STR("phone"), .about = STR("A number to call the customer back on.")},
    {.name = STR("budget"), .about = STR("What the customer wants to spend.")},
    {.name = STR("place"), .about = STR("Where the customer lives or looks for something.")},
    {.name = STR("requirements"), .about = STR("What the customer needs, in their words.")},
};
static const struct model_want INTENTS[] = {
    {.name = STR("NEW_INQUIRY")}, {.name = STR("FOLLOW_UP")}, {.name = STR("COMPLAINT")},
    {.name = STR("BOOKING")}, {.name = STR("CANCELLATION")}, {.name = STR("REFUND")},
    {.name = STR("RENEWAL")}, {.name = STR("CLAIM")}, {.name = STR("BILLING")},
    {.name = STR("SUPPORT")}, {.name = STR("ORDER_STATUS")}, {.name = STR("CHANGE_OF_DETAILS")},
    {.name = STR("FEEDBACK")}, {.name = STR("OTHER")},
};
const struct model_wants model_wants_default = {
    .n_fields = COUNT(FIELDS), .n_intents = COUNT(INTENTS), .fields = FIELDS, .intents = INTENTS,
};

static void put_want(struct jw *w, const struct model_want *x)
{
    jw_open(w, '{');
    jw_key(w, "name");
    jw_text(w, x->name);
    if (x->about.n) {
        jw_key(w, "about");
        jw_text(w, x->about);
    }
    if (x->n_choices) {
        jw_key(w, "choices");
        jw_open(w, '[');
        for (size_t i = 0; i < x->n_choices; i++)
            jw_text(w, x->choices[i]);
        jw_close(w, ']');
    }
    jw_close(w, '}');
}

static void put_list(struct jw *w, const char *key, const struct model_want *v, size_t n)
{
    jw_key(w, key);
    jw_open(w, '[');
    for (size_t i = 0; i < n; i++)
        put_want(w, &v[i]);
    jw_close(w, ']');
}

void model_wants_put(struct jw *w, const struct model_wants *x)
{
    put_list(w, "fields", x->fields, x->n_fields);
    put_list(w, "intents", x->intents, x->n_intents);
}

static struct str one_of(struct arena *a, const struct model_want *v, size_t n, bool or_null)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "type");
    jw_raw(&w, or_null ? STR("[\"string\",\"null\"]") : STR("\"string\""));
    if (n) { /* an empty list allows nothing at all, and vendors refuse it */
        jw_key(&w, "enum");
        jw_open(&w, '[');
        for (size_t i = 0; i < n; i++)
            jw_text(&w, v[i].name);
        if (or_null)
            jw_raw(&w, STR("null"));
        jw_close(&w, ']');
    }
    jw_close(&w, '}');
    return jw_done(&w);
}

struct str model_wants_field(struct arena *a, const struct model_wants *x)
{
    return one_of(a, x->fields, x->n_fields, false);
}

struct str model_wants_intent(struct arena *a, const struct model_wants *x)
{
    return one_of(a, x->intents, x->n_intents, true);
}
