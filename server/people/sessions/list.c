/* One's own sessions: seeing them, ending one or all others; and an administrator ending a member's within the tenant.
 * An ended session is dead within a second, its sockets too. */
#include "core/time.h"
#include "people/members/members.h"
#include "people/sessions/inner.h"
#include "people/sessions/queries.h"
#include "people/sessions/sessions.h"

static struct str own_token(const struct req *rq)
{
    return str_n(rq->who.token.b, sizeof rq->who.token.b);
}

static const struct err *person(struct req *rq)
{
    return rq->who.by_cookie ? NULL : err_why(rq->a, E_FORBIDDEN, "API keys have no session.");
}

static void write_session(struct jw *w, const struct session_list_out *s)
{
    jw_open(w, '{');
    jw_key(w, "id");
    jw_uuid(w, s->id);
    jw_key(w, "current");
    jw_bool(w, s->current);
    jw_key(w, "device");
    jw_text(w, s->device);
    jw_key(w, "address");
    jw_text(w, s->address);
    jw_key(w, "way");
    jw_text(w, s->way);
    jw_key(w, "tenant");
    jw_text(w, s->tenant_name);
    jw_key(w, "created_at");
    jw_time(w, s->created_at);
    jw_key(w, "seen_at");
    jw_time(w, s->seen_at);
    jw_close(w, '}');
}

const struct err *session_list(struct req *rq)
{
    struct session_list_out *rows;
    struct jw w = jw_new(rq->a);
    size_t n = 0;
    const struct err *e = person(rq);

    if (!e)
        e = q_session_list(rq->db, (struct session_list_in){own_token(rq)}, &rows, &n);
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "items");
    jw_open(&w, '[');
    for (size_t i = 0; i < n; i++)
        write_session(&w, &rows[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

static const struct err *tell_number(struct req *rq, int64_t ended)
{
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "ended");
    jw_int(&w, ended);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

const struct err *session_end_one(struct req *rq)
{
    struct session_end_out row = {0};
    const struct err *e = person(rq);

    if (!e)
        e = q_session_end(rq->db, (struct session_end_in){own_token(rq), rq->param_id[0]}, &row);
    if (e)
        return e;
    return row.ended ? req_none(rq) : E_NOT_FOUND; /* of another account, or this one, which ends by signing out */
}

const struct err *session_end_others(struct req *rq)
{
    struct session_end_out row = {0};
    const struct err *e = person(rq);

    if (!e)
        e = q_session_end(rq->db, (struct session_end_in){.hash = own_token(rq)}, &row);
    return e ? e : tell_number(rq, row.ended);
}

const struct err *session_end_of_member(struct req *rq)
{
    struct session_member_out row;
    struct session_member_end_out done;
    struct role_facts role;
    const struct err *e = q_session_member(rq->db, (struct session_member_in){rq->param_id[0]}, &row);

    if (e)
        return e;
    role = (struct role_facts){.scope = row.scope, .permissions = permissions_of(row.permissions)};
    if (!role_within(&role, &rq->who))
        return err_why(rq->a, E_FORBIDDEN, "This person may do more than you: somebody who may as much can do this.");
    if (uuid_eq(row.account_id, rq->who.account))
        return err_why(rq->a, E_CONFLICT, "Your own are ended on your security page.");
    e = q_session_member_end(rq->db, (struct session_member_end_in){rq->param_id[0]}, &done);
    if (e)
        return e;
    return done.ended == SQL_NULL ? E_NOT_FOUND : tell_number(rq, done.ended);
}
