/* An invitation's secret and how it reaches the invited. Knows no HTTP. The secret is in the mail or in the
 * link alone; the table keeps its SHA-256. */
#include "core/time.h"
#include "people/invitations/inner.h"
#include "people/invitations/queries.h"
#include "people/mail/mail.h"

#define MAILS_A_DAY 200
#define NAME_MIN 2
#define NAME_MAX 64

struct invitation_secret invitation_secret_new(struct arena *a)
{
    struct invitation_secret s = {.token = crypto_token(a, 32)};

    s.hash = crypto_sha256(s.token);
    return s;
}

const struct err *invitation_room(struct db *db)
{
    struct invitation_mails_out row;
    const struct err *e = q_invitation_mails(db, &row);

    if (!e && row.n >= MAILS_A_DAY)
        e = err_why(db_arena(db), E_LIMIT, "A tenant can send %d invitations a day: go on tomorrow.", MAILS_A_DAY);
    return e;
}

const struct err *invitation_deliver(struct db *db, const struct identity *who, const struct invitation_facts *f,
                                     const struct invitation_secret *s, struct str *ret_link)
{
    struct arena *a = db_arena(db);
    struct str link = mail_link(a, "join", s->token);
    const struct mail_fact facts[] = {
        {"tenant", who->tenant_name}, {"by", who->name}, {"role", f->role_name}, {"link", link},
        {"until", mail_time(a, time_now() + INVITATION_DAYS * 86400 * TIME_S)}};
    const struct err *e;

    if (!f->by_mail) {
        *ret_link = link;
        return NULL;
    }
    *ret_link = STR_NONE;
    e = mail_drop(db, f->id); /* an earlier one that still waits holds a dead link */
    return e ? e : mail_add(db, &(struct mail_new){
        .template = "invitation", .to = f->sign_in, .object = f->id, .n_facts = sizeof facts / sizeof *facts,
        .facts = facts});
}

bool invitation_user_name(struct arena *a, struct str name, struct str tenant_slug, struct str *ret_sign_in)
{
    struct str n = str_lower(a, str_trim(name));

    if (n.n < NAME_MIN || n.n > NAME_MAX)
        return false;
    for (size_t i = 0; i < n.n; i++) {
        char c = n.p[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (!letter && (i == 0 || i + 1 == n.n || (c != '.' && c != '-' && c != '_')))
            return false;
    }
    *ret_sign_in = str_fmt(a, "%.*s@%.*s", STR_ARG(n), STR_ARG(tenant_slug));
    return true;
}
