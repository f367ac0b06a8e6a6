/* Mails' rows. Called by features of this district in the transaction of a mail's cause. Knows no HTTP. */
#include "people/mail/mail.h"

#include <string.h>

#include "core/time.h"
#include "net/mail_message.h"
#include "net/services.h"
#include "people/mail/inner.h"
#include "people/mail/queries.h"

bool mail_possible(void)
{
    return services()->smtp != NULL;
}

static const struct err *key_of(struct arena *a, struct uuid tenant, struct key *ret)
{
    if (!uuid_is_zero(tenant))
        return keys_load(services()->keys, a, tenant, ret);
    *ret = keys_service(services()->keys, STR("mail"));
    return NULL;
}

static struct str about(struct arena *a, struct uuid tenant, struct uuid id)
{
    char t[UUID_TEXT], i[UUID_TEXT];

    return str_fmt(a, "%s|mail|sealed|%s", uuid_text(tenant, t).p, uuid_text(id, i).p);
}

const struct err *mail_seal(struct arena *a, struct uuid tenant, struct uuid id, struct str facts,
                            struct str *ret_sealed)
{
    struct key k;
    const struct err *e = key_of(a, tenant, &k);

    if (!e)
        *ret_sealed = crypto_seal(a, &k, about(a, tenant, id), facts);
    crypto_wipe(&k, sizeof k);
    return e;
}

const struct err *mail_unseal(struct arena *a, struct uuid tenant, struct uuid id, struct str sealed,
                              struct str *ret_facts)
{
    struct key k;
    const struct err *e = key_of(a, tenant, &k);

    if (!e)
        e = crypto_open(a, &k, about(a, tenant, id), sealed, ret_facts);
    crypto_wipe(&k, sizeof k);
    return e;
}

static struct str facts_of(struct arena *a, const struct mail_new *m)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "to_name");
    jw_text(&w, m->to_name.p ? m->to_name : STR(""));
    for (size_t i = 0; i < m->n_facts; i++) {
        jw_key(&w, m->facts[i].name);
        jw_text(&w, m->facts[i].value);
    }
    jw_close(&w, '}');
    return jw_done(&w);
}

const struct err *mail_add(struct db *db, const struct mail_new *m)
{
    struct arena *a = db_arena(db);
    struct uuid id = uuid_new();
    struct str sealed;
    char text[UUID_TEXT];
    const struct err *e;

    if (!mail_address_ok(m->to))
        return err_why(a, E_BAD_INPUT, "\"%.*s\" is no mail address that can be written to.", STR_ARG(m->to));
    e = mail_seal(a, db_tenant(db), id, facts_of(a, m), &sealed);
    if (!e)
        e = q_mail_insert(db, (struct mail_insert_in){id, str_of(m->template), m->to, m->object, sealed}, NULL);
    return e ? e : job_add(db, &(struct job_new){
        .kind = MAIL_SEND, .object = id, .args = str_fmt(a, "{\"mail\":\"%s\"}", uuid_text(id, text).p)});
}

const struct err *mail_drop(struct db *db, struct uuid object)
{
    return q_mail_drop(db, (struct mail_drop_in){object}, NULL);
}

struct str mail_link(struct arena *a, const char *page, struct str token)
{
    return str_fmt(a, "%.*s/%s#%.*s", STR_ARG(services()->public_url), page, STR_ARG(token));
}

struct str mail_time(struct arena *a, int64_t t)
{
    static const char *const months[] = {"January", "February", "March", "April", "May", "June", "July",
                                         "August", "September", "October", "November", "December"};
    int64_t minutes = t / TIME_S / 60, y, m, d;

    time_date(minutes / 1440, &y, &m, &d);
    return str_fmt(a, "%lld %s %lld, %02lld:%02lld UTC", (long long)d, months[m - 1], (long long)y,
                   (long long)(minutes / 60 % 24), (long long)(minutes % 60));
}
