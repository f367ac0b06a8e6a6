/* Between C structs and libpq: parameters go as text (bytes as binary), results come as text. */
#include "db/bind.h"

#include <stdio.h>
#include <string.h>

#include "core/crypto.h"
#include "core/log.h"

/* Type oids of pg_type.dat; they never change. */
Oid bind_oid(enum sql_type type)
{
    static const Oid oids[] = {[SQL_UUID] = 2950, [SQL_TEXT] = 25,    [SQL_INT] = 23,
                               [SQL_BIGINT] = 20, [SQL_BOOL] = 16,    [SQL_TIME] = 1184,
                               [SQL_JSON] = 3802, [SQL_BYTES] = 17,   [SQL_UUIDS] = 2951,
                               [SQL_TEXTS] = 1009};
    return oids[type];
}

static bool known_bit(struct prepared *known, unsigned n)
{
    uint64_t bit = UINT64_C(1) << (n % 64);
    bool was = known->bits[n / 64] & bit;

    known->bits[n / 64] |= bit;
    return was;
}

static void drop_notice(void *ctx, const PGresult *r)
{
    (void)ctx;
    (void)r;
}

PGconn *bind_connect(const char *url, int statement_ms, bool nonblocking)
{
    char options[200];
    const char *const names[] = {"dbname",          "options",         "application_name",
                                 "connect_timeout", "keepalives_idle", "tcp_user_timeout", NULL};
    const char *const values[] = {url, options, "ringsight", "5", "10", "10000", NULL};
    PGconn *c;

    snprintf(options, sizeof options,
             "-c statement_timeout=%d -c lock_timeout=%d -c TimeZone=UTC -c DateStyle=ISO "
             "-c plan_cache_mode=force_generic_plan -c jit=off", statement_ms, statement_ms);
    c = nonblocking ? PQconnectStartParams(names, values, 1) : PQconnectdbParams(names, values, 1);
    if (c)
        PQsetNoticeReceiver(c, drop_notice, NULL);
    return c;
}

int bind_queue_opening(PGconn *c, struct prepared *known, struct uuid tenant)
{
    char text[UUID_TEXT] = "";
    const char *value = text;
    int commands = 1;

    if (!known_bit(known, 0)) {
        if (PQsendPrepare(c, "rs_open", "select set_config('app.tenant', $1, true)", 1,
                          (Oid[]){25}) != 1)
            return 0;
        commands = 2;
    }
    if (!uuid_is_zero(tenant))
        uuid_text(tenant, text);
    return PQsendQueryPrepared(c, "rs_open", 1, &value, NULL, NULL, 0) == 1 ? commands : 0;
}

static int queue_prepare(PGconn *c, const struct sql *q, unsigned variant, const char *name)
{
    const struct sql_variant *v = &q->variants[variant];
    Oid oids[BIND_MAX];

    for (size_t i = 0; i < v->n_params; i++)
        oids[i] = bind_oid(q->in[v->params[i]].type);
    return PQsendPrepare(c, name, v->text, (int)v->n_params, oids);
}

int bind_queue(PGconn *c, struct prepared *known, const struct bound *b)
{
    unsigned n = b->q->id + b->variant;
    int commands = 1;
    char name[16];

    snprintf(name, sizeof name, "s%u", n);
    if (!known_bit(known, n)) {
        if (queue_prepare(c, b->q, b->variant, name) != 1)
            return 0;
        commands = 2;
    }
    if (PQsendQueryPrepared(c, name, b->n, b->values, b->lengths, b->formats, 0) != 1)
        return 0;
    return commands;
}

/* One input as text; STR_NONE for null. */
static struct str text_of(struct arena *a, const struct sql_field *f, const void *in)
{
    const void *p = (const char *)in + f->offset;
    char text[UUID_TEXT];
    int64_t i;

    switch (f->type) {
    case SQL_UUID:
        if (uuid_is_zero(*(const struct uuid *)p))
            return STR_NONE;
        return str_dup(a, uuid_text(*(const struct uuid *)p, text));
    case SQL_INT:
    case SQL_BIGINT:
        i = *(const int64_t *)p;
        return i == SQL_NULL ? STR_NONE : str_fmt(a, "%lld", (long long)i);
    case SQL_BOOL:
        return *(const bool *)p ? STR("t") : STR("f");
    case SQL_TIME:
        i = *(const int64_t *)p;
        return i == TIME_NONE ? STR_NONE : str_dup(a, time_iso(i, text));
    default:
        return *(const struct str *)p;
    }
}

static const struct err *bind(struct arena *a, const struct sql *q, const struct str *texts,
                              struct bound *ret)
{
    const struct sql_variant *v;
    uint64_t given = 0;

    *ret = (struct bound){.q = q};
    for (size_t i = 0; i < q->n_in; i++)
        if (texts[i].p)
            given |= UINT64_C(1) << i;
    for (size_t w = 0; w < q->n_words; w++)
        if (q->words[w] & given)
            ret->variant |= 1u << w;
    v = &q->variants[ret->variant];
    for (size_t k = 0; k < v->n_params; k++) {
        const struct sql_field *f = &q->in[v->params[k]];
        struct str s = texts[v->params[k]];
        if (!s.p && !f->nullable)
            return err_why(a, E_INTERNAL, "%s: input %s is missing", q->name, f->name);
        ret->formats[k] = f->type == SQL_BYTES;
        ret->lengths[k] = (int)s.n;
        ret->values[k] = !s.p ? NULL : f->type == SQL_BYTES ? s.p : str_c(a, s);
    }
    ret->n = (int)v->n_params;
    return NULL;
}

const struct err *bind_texts(struct arena *a, const struct sql *q, const struct str *texts,
                             struct bound *ret)
{
    return bind(a, q, texts, ret);
}

const struct err *bind_struct(struct arena *a, const struct sql *q, const void *in,
                              struct bound *ret)
{
    struct str texts[BIND_MAX] = {{NULL, 0}};

    if (q->n_in > BIND_MAX)
        return err_why(a, E_INTERNAL, "%s: too many inputs", q->name);
    for (size_t i = 0; i < q->n_in; i++)
        texts[i] = text_of(a, &q->in[i], in);
    return bind(a, q, texts, ret);
}

static const struct err *null_out(const struct sql_field *f, void *p)
{
    if (!f->nullable)
        return E_INTERNAL;
    if (f->type == SQL_INT || f->type == SQL_BIGINT || f->type == SQL_TIME)
        *(int64_t *)p = SQL_NULL;
    return NULL; /* the row was zeroed: zero uuid, NULL text, false */
}

static const struct err *bytes_out(struct arena *a, struct str s, struct str *ret)
{
    if (!str_starts(s, STR("\\x")) || !crypto_unhex(a, str_sub(s, 2, s.n), ret))
        return E_INTERNAL;
    return NULL;
}

static const struct err *value_out(struct arena *a, const struct sql_field *f, struct str s, void *p)
{
    switch (f->type) {
    case SQL_UUID:
        return uuid_parse(s, p) ? NULL : E_INTERNAL;
    case SQL_INT:
    case SQL_BIGINT:
        return str_to_int(s, p) ? NULL : E_INTERNAL;
    case SQL_BOOL:
        *(bool *)p = str_is(s, "t");
        return NULL;
    case SQL_TIME:
        return time_parse(s, p) ? NULL : E_INTERNAL;
    case SQL_BYTES:
        return bytes_out(a, s, p);
    default:
        *(struct str *)p = str_dup(a, s);
        return NULL;
    }
}

const struct err *bind_row(struct arena *a, const struct sql *q, const PGresult *r, int i,
                           void *ret_row)
{
    memset(ret_row, 0, q->out_size);
    if (PQnfields(r) != (int)q->n_out)
        return err_why(a, E_INTERNAL, "%s: answers %d columns, not %zu", q->name, PQnfields(r),
                       q->n_out);
    for (size_t k = 0; k < q->n_out; k++) {
        const struct sql_field *f = &q->out[k];
        void *p = (char *)ret_row + f->offset;
        const struct err *e;
        if (PQgetisnull(r, i, (int)k))
            e = null_out(f, p);
        else
            e = value_out(a, f, str_n(PQgetvalue(r, i, (int)k), (size_t)PQgetlength(r, i, (int)k)),
                          p);
        if (e)
            return err_why(a, e, "%s: column %s has an unexpected value", q->name, f->name);
    }
    return NULL;
}

/* SQLSTATE to error, first match wins; two characters match a class. */
static const struct {
    const char *state;
    const struct err *e;
} sqlstates[] = {
    {"23505", E_CONFLICT}, {"23503", E_NO_PARENT}, {"23514", E_BAD_INPUT}, {"23P01", E_CONFLICT},
    {"23502", E_BAD_INPUT}, {"22", E_BAD_INPUT},    {"40", E_BUSY},        {"55P03", E_BUSY},
    {"57014", E_TIMEOUT},  {"57P", E_UNAVAILABLE}, {"53100", E_DISK_FULL}, {"53", E_UNAVAILABLE},
    {"08", E_UNAVAILABLE}, {"42501", E_FORBIDDEN}, {"25006", E_UNAVAILABLE}, {"RS000", E_LOST}, /* our own rollback */
    {"P0002", E_NOT_FOUND}, /* ground.there */
};

const struct err *bind_error(struct arena *a, const struct sql *q, const PGresult *r,
                             const PGconn *c)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;
    const char *text = r ? PQresultErrorField(r, PG_DIAG_MESSAGE_PRIMARY) : PQerrorMessage(c);
    const struct err *e = state ? E_INTERNAL : E_UNAVAILABLE;

    for (size_t i = 0; state && i < sizeof sqlstates / sizeof *sqlstates; i++) {
        if (str_starts(str_of(state), str_of(sqlstates[i].state))) {
            e = sqlstates[i].e;
            break;
        }
    }
    if (e == E_INTERNAL || e == E_UNAVAILABLE || e == E_FORBIDDEN)
        LOG(LOG_WARN, "db.failed", KV_C("statement", q ? q->name : ""), KV_C("sqlstate", state),
            KV_C("reason", text));
    if (e != E_UNAVAILABLE)
        return err_why(a, e, "%s", "");
    return e;
}

bool bind_stale(const PGresult *r)
{
    const char *state = r ? PQresultErrorField(r, PG_DIAG_SQLSTATE) : NULL;

    return state && (strcmp(state, "0A000") == 0 || strcmp(state, "26000") == 0);
}
