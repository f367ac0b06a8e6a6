/* What stands around an integration: its guide, the verdict on clock and zone, and addresses for
 * firewalls. Called by this folder's routes; reads, changes nothing. */
#include <stdio.h>

#include "core/settings.h"
#include "core/time.h"
#include "intake/integrations/integrations.h"
#include "intake/setup/clock.h"
#include "intake/setup/queries.h"
#include "intake/setup/setup.h"
#include "net/guard.h"
#include "net/services.h"

#define GUIDE_MAX (64u << 10)

static const struct err *read_guide(struct arena *a, const char *slug, struct str *ret)
{
    const char *path = str_fmt(a, "%s/guides/%s.md", services()->templates_dir, slug).p;
    FILE *f = fopen(path, "re");
    char *p;
    size_t n;

    if (!f)
        return err_why(a, E_INTERNAL, "There is no file %s: check the setting templates_dir.", path);
    p = arena_alloc(a, GUIDE_MAX);
    n = fread(p, 1, GUIDE_MAX, f);
    fclose(f);
    *ret = str_n(p, n);
    return NULL;
}

const struct err *guide_show(struct req *rq)
{
    struct setup_integration_out row;
    const struct provider *p;
    struct str text = STR("");
    struct jw w = jw_new(rq->a);
    const struct err *e = q_setup_integration(rq->db, (struct setup_integration_in){rq->param_id[0]},
                                              &row);

    if (e)
        return e;
    p = provider_find(row.provider);
    if (p)
        e = read_guide(rq->a, p->slug, &text);
    else
        text = STR("# Upload recordings\n\nFiles are uploaded on the page **Upload calls**.\n");
    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "title");
    jw_text(&w, p ? str_of(p->title) : row.name);
    jw_key(&w, "text");
    jw_text(&w, text);
    jw_key(&w, "hook_hint");
    jw_text(&w, p && row.token_tail.n ? str_fmt(rq->a, "%s/hooks/%s/\xe2\x80\xa6%.*s",
                                           http_config.settings->public_url, p->slug,
                                           STR_ARG(row.token_tail))
                                 : STR_NONE);
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}

/* Which setting says the zone of the records, STR_NONE if the sender itself does. */
static struct str zone_field(const struct provider *p, const struct json *settings)
{
    if (p->map)
        return json_text(json_get(settings, "map"), "zone").n || !json_get(settings, "map")
                   ? STR_NONE
                   : STR("zone");
    for (const struct provider_setting *s = p->settings; s && s->name; s++)
        if (s->kind == SETTING_ZONE && (!str_is(str_of(s->name), "cdr_zone") ||
                                        str_is(json_text(settings, "calls_from"), "cdr")))
            return str_of(s->name);
    return STR_NONE;
}

static void write_clock(struct req *rq, const struct clock_verdict *v, struct str zone,
                        struct str field, size_t n)
{
    static const char *const states[] = {"unknown", "fine", "zone", "wrong"};
    struct jw w = jw_new(rq->a);

    jw_open(&w, '{');
    jw_key(&w, "state");
    jw_text(&w, str_of(states[v->state]));
    jw_key(&w, "text");
    jw_text(&w, v->text);
    jw_key(&w, "records");
    jw_int(&w, (int64_t)n);
    jw_key(&w, "shift_s");
    jw_int(&w, v->shift_s);
    jw_key(&w, "zone");
    jw_text(&w, zone);
    jw_key(&w, "better");
    jw_text(&w, v->zone);
    jw_key(&w, "sure");
    jw_bool(&w, v->sure && field.n > 0);
    jw_key(&w, "setting");
    jw_text(&w, field);
    jw_close(&w, '}');
    (void)req_json(rq, 200, jw_done(&w));
}

const struct err *clock_show(struct req *rq)
{
    struct setup_integration_out row;
    struct clock_samples_out *samples;
    struct clock_verdict v;
    const struct provider *p;
    const struct json *settings;
    struct str field = STR_NONE, zone;
    int64_t *late;
    size_t n, known = 0;
    const struct err *e = q_setup_integration(rq->db, (struct setup_integration_in){rq->param_id[0]},
                                              &row);

    if (!e)
        e = json_parse(rq->a, row.settings, &settings);
    if (!e)
        e = q_clock_samples(rq->db, (struct clock_samples_in){row.id}, &samples, &n);
    if (e)
        return e;
    late = ARENA_ARRAY(rq->a, n, int64_t);
    for (size_t i = 0; i < n; i++)
        if (samples[i].told_at != TIME_NONE)
            late[known++] = (samples[i].received_at - samples[i].told_at) / TIME_S;
    p = provider_find(row.provider);
    if (p)
        field = zone_field(p, settings);
    zone = field.n && json_text(settings, field.p).n ? json_text(settings, field.p) : row.zone;
    clock_judge(rq->a, late, known, zone, rq->who.tenant_zone, time_now(), &v);
    write_clock(rq, &v, zone, field, known);
    return NULL;
}

const struct err *network_show(struct req *rq)
{
    struct setup_integration_out row;
    struct str rest = str_of(http_config.settings->outgoing_addresses), one, allowed[32];
    struct jw w = jw_new(rq->a);
    size_t n;
    const struct err *e = q_setup_integration(rq->db, (struct setup_integration_in){rq->param_id[0]},
                                              &row);

    if (e)
        return e;
    n = net_allowances_of(rq->a, services()->allowances, row.provider, allowed, 32);
    jw_open(&w, '{');
    jw_key(&w, "outgoing");
    jw_open(&w, '[');
    while (str_split(&rest, ',', &one))
        if (str_trim(one).n)
            jw_text(&w, str_trim(one));
    jw_close(&w, ']');
    jw_key(&w, "use");
    jw_text(&w, row.provider);
    jw_key(&w, "allowed");
    jw_open(&w, '[');
    for (size_t i = 0; i < n && i < 32; i++)
        jw_text(&w, allowed[i]);
    jw_close(&w, ']');
    jw_close(&w, '}');
    return req_json(rq, 200, jw_done(&w));
}
