/* Contacts made from calls. Called by calls logged by hand. Knows no HTTP. */
#include "intake/contacts/contacts.h"

#include "intake/contacts/queries.h"
#include "intake/numbers/numbers.h"

static struct str origin(struct arena *a, const char *by, struct uuid call)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "name");
    jw_open(&w, '{');
    jw_key(&w, "by");
    jw_text(&w, str_of(by));
    jw_key(&w, "call");
    jw_uuid(&w, call);
    jw_key(&w, "at");
    jw_time(&w, time_now());
    jw_close(&w, '}');
    jw_close(&w, '}');
    return jw_done(&w);
}

const struct err *contacts_form(struct db *db, struct str number, struct str *ret)
{
    struct numbers of;
    struct number_forms f;
    const struct err *e = numbers_of_tenant(db, &of);

    if (e)
        return e;
    f = number_forms(db_arena(db), number, of.region);
    *ret = f.e164.n ? f.e164 : number;
    return NULL;
}

const struct err *contacts_name(struct db *db, struct str number, struct str name, struct uuid call)
{
    struct contact_of_number_out row;
    struct uuid id = uuid_new();
    const struct err *e = contacts_form(db, number, &number);

    if (!e)
        e = q_contact_of_number(db, (struct contact_of_number_in){number}, &row);
    if (e != E_NOT_FOUND)
        return e;
    e = q_contact_add(db, (struct contact_add_in){
        id, name, STR(""), STR(""), origin(db_arena(db), "person", call)}, NULL);
    return e ? e : q_contact_number_take(db, (struct contact_number_take_in){number, id}, NULL);
}

const struct err *contacts_seen(struct db *db, struct uuid contact, struct str scope)
{
    struct contact_seen_out row;

    return q_contact_seen(db, (struct contact_seen_in){contact, scope}, &row);
}

const struct err *contacts_heard(struct db *db, struct str number, bool make, struct uuid call,
                                 struct contact_known *ret)
{
    struct contact_lock_out row;
    const struct err *e = contacts_form(db, number, &number);

    *ret = (struct contact_known){{{0}}, false};
    if (!e && make)
        e = q_contact_heard_add(db, (struct contact_heard_add_in){
            uuid_new(), number, origin(db_arena(db), "rule", call)}, NULL);
    if (!e)
        e = q_contact_lock(db, (struct contact_lock_in){number}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    *ret = (struct contact_known){row.id, row.by_calls};
    return NULL;
}

const struct err *contacts_rename(struct db *db, struct uuid contact, struct str name,
                                  struct uuid call)
{
    return q_contact_rename(db, (struct contact_rename_in){
        contact, name, origin(db_arena(db), "rule", call)}, NULL);
}
