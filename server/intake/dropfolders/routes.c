/* Setting up drop folders, seeing what was taken from them, and looking at once. Knows of sources only
 * what can be checked without asking them: asking is for jobs. */
#include "core/zone.h"
#include "intake/dropfolders/inner.h"
#include "intake/dropfolders/pattern.h"
#include "jobs/schedule.h"
#include "net/services.h"

struct folder_fields {
    struct str name, kind, pattern, zone, after_taking, state, settings;
    struct uuid integration;
    int64_t stable_s;
};

static const struct field create_in[] = {
    {"name", FIELD_TEXT, offsetof(struct folder_fields, name), REQUIRED, .min = 1, .max = 120},
    {"kind", FIELD_TEXT, offsetof(struct folder_fields, kind), REQUIRED, .choices = "local|sftp|s3"},
    {"integration_id", FIELD_UUID, offsetof(struct folder_fields, integration), OPTIONAL,
     .doc = "The phone system whose recordings these are; its calls are looked for by id, announced "
            "file, or number and time. Without one each file is a call of its own"},
    {"pattern", FIELD_TEXT, offsetof(struct folder_fields, pattern), OPTIONAL, .max = 300,
     .doc = "What names tell, like {agent}_{date:%Y%m%d}_{time:%H%M%S}_{number}"},
    {"zone", FIELD_TEXT, offsetof(struct folder_fields, zone), OPTIONAL, .max = 64,
     .doc = "Time zone of the clock that names the files; that of the company if left out"},
    {"after_taking", FIELD_TEXT, offsetof(struct folder_fields, after_taking), OPTIONAL,
     .choices = "move|keep", .doc = "Move to done/ and failed/ (the default), or leave where it is"},
    {"stable_s", FIELD_INT, offsetof(struct folder_fields, stable_s), OPTIONAL, .min = 1, .max = 3600,
     .doc = "A file is taken once it has not changed for so many seconds; 30 if left out"},
    {"settings", FIELD_JSON, offsetof(struct folder_fields, settings), REQUIRED,
     .doc = "Texts. local: path. sftp: host, port, user, password or private_key, host_key, path. s3: "
            "endpoint, region, bucket, path, path_style (yes), access_key_id, secret_access_key. All: "
            "every_min (1, 5, 15, 60), sidecar (1: read name.json beside it; 2: read CSV and XLSX sheets in the folder), wait_min, window_s"},
    {0},
};

static const struct field change_in[] = {
    {"name", FIELD_TEXT, offsetof(struct folder_fields, name), OPTIONAL, .min = 1, .max = 120},
    {"integration_id", FIELD_UUID, offsetof(struct folder_fields, integration), OPTIONAL},
    {"pattern", FIELD_TEXT, offsetof(struct folder_fields, pattern), OPTIONAL, .max = 300},
    {"zone", FIELD_TEXT, offsetof(struct folder_fields, zone), OPTIONAL, .max = 64},
    {"after_taking", FIELD_TEXT, offsetof(struct folder_fields, after_taking), OPTIONAL,
     .choices = "move|keep"},
    {"stable_s", FIELD_INT, offsetof(struct folder_fields, stable_s), OPTIONAL, .min = 1, .max = 3600},
    {"state", FIELD_TEXT, offsetof(struct folder_fields, state), OPTIONAL, .choices = "active|paused"},
    {"settings", FIELD_JSON, offsetof(struct folder_fields, settings), OPTIONAL,
     .doc = "Only what changes; null removes"},
    {0},
};

/* ---- settings ---- */

enum { IN_LOCAL = 1, IN_SFTP = 2, IN_S3 = 4, IN_ALL = 7 };

static const struct setting {
    const char *name;
    unsigned kinds;
    bool secret, needed;
    int64_t min, max; /* max > 0: a number */
} known[] = {
    {"path", IN_ALL},
    {"host", IN_SFTP, .needed = true},
    {"port", IN_SFTP, .min = 1, .max = 65535},
    {"user", IN_SFTP, .needed = true},
    {"password", IN_SFTP, .secret = true},
    {"private_key", IN_SFTP, .secret = true},
    {"host_key", IN_SFTP, .needed = true},
    {"endpoint", IN_S3, .needed = true},
    {"region", IN_S3, .needed = true},
    {"bucket", IN_S3, .needed = true},
    {"path_style", IN_S3},
    {"access_key_id", IN_S3, .needed = true},
    {"secret_access_key", IN_S3, .secret = true, .needed = true},
    {"every_min", IN_ALL, .min = 1, .max = 60},
    {"sidecar", IN_ALL, .min = 0, .max = 2},
    {"wait_min", IN_ALL, .min = 0, .max = 1440},
    {"window_s", IN_ALL, .min = 5, .max = 3600},
};
#define KNOWN (sizeof known / sizeof *known)

static unsigned kind_bit(struct str kind)
{
    return str_is(kind, "local") ? IN_LOCAL : str_is(kind, "sftp") ? IN_SFTP : IN_S3;
}

static const struct setting *find(struct str name, unsigned kind)
{
    for (size_t i = 0; i < KNOWN; i++)
        if (known[i].kinds & kind && str_is(name, known[i].name))
            return &known[i];
    return NULL;
}

static const struct err *check_one(struct req *rq, const struct setting *s, struct str v)
{
    int64_t n;

    if (v.n > (s->secret ? 16384 : 1000))
        return req_field(rq, s->name, "That is too long.");
    if (s->max && v.n && (!str_to_int(v, &n) || n < s->min || n > s->max))
        return req_field(rq, s->name, "Give a number from %lld to %lld.", (long long)s->min,
                         (long long)s->max);
    for (size_t i = 0; i < v.n && !s->secret; i++)
        if ((unsigned char)v.p[i] < 0x20 || v.p[i] == 0x7f)
            return req_field(rq, s->name, "It holds a control character.");
    return NULL;
}

/* Given and kept settings as one object; wrong ones become faults of the request. */
static const struct err *merge(struct req *rq, struct str kind, const struct json *given,
                               const struct json *kept, const struct json **ret)
{
    const struct json *value;
    struct jw w = jw_new(rq->a);
    struct str key;
    void *it = NULL;

    if (json_kind(given) != J_OBJECT)
        return req_field(rq, "settings", "Give an object.");
    while (json_next(given, &it, &key, &value)) {
        const struct setting *s = find(key, kind_bit(kind));
        if (!s)
            req_field(rq, str_c(rq->a, str_sub(key, 0, 60)), "There is no such setting of this kind.");
        else if (json_kind(value) == J_TEXT)
            (void)check_one(rq, s, json_str(value));
        else if (json_kind(value) != J_NULL)
            req_field(rq, s->name, "Give a text.");
    }
    jw_open(&w, '{');
    for (size_t i = 0; i < KNOWN; i++) {
        struct str v = json_get(given, known[i].name) ? json_text(given, known[i].name)
                                                      : json_text(kept, known[i].name);
        if (known[i].kinds & kind_bit(kind) && known[i].needed && !v.n)
            req_field(rq, known[i].name, "This is needed.");
        if (!v.n)
            continue;
        jw_key(&w, known[i].name);
        jw_text(&w, v);
    }
    jw_close(&w, '}');
    return rq->n_faults ? E_BAD_INPUT : json_parse(rq->a, jw_done(&w), ret);
}

static const struct err *check_place(struct req *rq, struct str kind, const struct json *s)
{
    struct str root, below, key = json_text(s, "host_key");

    if (str_is(kind, "local")) {
        if (json_text(s, "path").n == 0 || json_text(s, "path").p[0] != '/')
            return req_field(rq, "path", "Give the whole path of a folder of the server.");
        if (drop_local_root(rq->a, rq->who.tenant_slug, json_text(s, "path"), &root, &below))
            return req_field(rq, "path", "%.*s", STR_ARG(arena_why(rq->a)));
    }
    if (str_is(kind, "sftp") && (!str_starts(key, STR("SHA256:")) || key.n != 50))
        return req_field(rq, "host_key", "Give SHA256: and 43 characters, as "
                                         "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub prints it.");
    if (str_is(kind, "sftp") && !json_text(s, "password").n && !json_text(s, "private_key").n)
        return req_field(rq, "password", "Give a password or a private key.");
    if (str_is(kind, "s3") && http_url_guard(services()->http, rq->a, json_text(s, "endpoint"), "s3-drop"))
        return req_field(rq, "endpoint", "%.*s", STR_ARG(arena_why(rq->a)));
    return NULL;
}

static void split(struct arena *a, const struct json *settings, struct str *ret_plain,
                  struct str *ret_secret)
{
    struct jw plain = jw_new(a), secret = jw_new(a);
    bool any = false;

    jw_open(&plain, '{');
    jw_open(&secret, '{');
    for (size_t i = 0; i < KNOWN; i++) {
        struct str v = json_text(settings, known[i].name);
        struct jw *w = known[i].secret ? &secret : &plain;
        if (!v.n)
            continue;
        any = any || known[i].secret;
        jw_key(w, known[i].name);
        jw_text(w, v);
    }
    jw_close(&plain, '}');
    jw_close(&secret, '}');
    *ret_plain = jw_done(&plain);
    *ret_secret = any ? jw_done(&secret) : STR_NONE;
}

/* ---- making and changing ---- */

static const struct err *check_fields(struct req *rq, const struct folder_fields *in)
{
    struct drop_folder_integration_out row;
    const struct err *e = NULL;

    if (in->pattern.p && pattern_check(rq->a, in->pattern))
        return req_field(rq, "pattern", "%.*s", STR_ARG(arena_why(rq->a)));
    if (in->zone.p && !zone_known(in->zone))
        return req_field(rq, "zone", "Give a time zone like Europe/London.");
    if (!uuid_is_zero(in->integration))
        e = q_drop_folder_integration(rq->db, (struct drop_folder_integration_in){in->integration},
                                      &row);
    return e == E_NOT_FOUND ? req_field(rq, "integration_id", "There is no such integration.") : e;
}

/* By the clock, and a first look at once. */
static const struct err *plan(struct req *rq, struct uuid folder, const struct json *settings)
{
    int64_t every = json_int(settings, "every_min", 5);
    char id[UUID_TEXT];
    const struct err *e;

    uuid_text(folder, id);
    e = schedule_put(rq->db, &(struct schedule){
        .name = str_fmt(rq->a, "dropfolders.look:%s", id), .kind = STR("dropfolders.look"),
        .cron = every >= 60  ? str_fmt(rq->a, "%d * * * *", folder.b[15] % 60)
                : every <= 1 ? STR("* * * * *")
                             : str_fmt(rq->a, "*/%lld * * * *", (long long)every),
        .args = str_fmt(rq->a, "{\"folder\":\"%s\"}", id)});
    return e ? e : drop_look_now(rq->db, folder, false);
}

static const struct err *create(struct req *rq)
{
    const struct folder_fields *in = rq->in;
    struct drop_folder_add_in row = {
        .id = uuid_new(), .integration = in->integration, .name = in->name, .kind = in->kind,
        .pattern = in->pattern.p ? str_trim(in->pattern) : STR(""),
        .zone = in->zone.p ? in->zone : rq->who.tenant_zone,
        .after_taking = in->after_taking.p ? in->after_taking : STR("move"),
        .stable_s = in->stable_s == SQL_NULL ? 30 : in->stable_s};
    const struct json *given, *settings;
    struct str secret;
    const struct err *e = json_parse(rq->a, in->settings, &given);

    if (!e)
        e = check_fields(rq, in);
    if (!e)
        e = merge(rq, in->kind, given, NULL, &settings);
    if (!e)
        e = check_place(rq, in->kind, settings);
    if (e)
        return e;
    split(rq->a, settings, &row.settings, &secret);
    e = drop_seal(rq->a, rq->who.tenant, row.id, secret, &row.secrets);
    if (!e)
        e = q_drop_folder_add(rq->db, row, NULL);
    if (!e)
        e = plan(rq, row.id, settings);
    return e ? e : req_created(rq, row.id);
}

static const struct err *read_one(struct req *rq, struct drop_folder_read_out *row,
                                  const struct json **ret_settings)
{
    const struct err *e = q_drop_folder_read(rq->db, (struct drop_folder_read_in){rq->param_id[0]},
                                             row);

    return e ? e : drop_settings(rq->a, rq->who.tenant, row->id, row->settings, row->secrets,
                                 ret_settings);
}

static void write_settings(struct jw *w, struct arena *a, struct str kind,
                           const struct json *settings)
{
    jw_key(w, "settings");
    jw_open(w, '{');
    for (size_t i = 0; i < KNOWN; i++) {
        struct str v = json_text(settings, known[i].name);
        if (!(known[i].kinds & kind_bit(kind)))
            continue;
        jw_key(w, known[i].secret ? str_fmt(a, "%s_set", known[i].name).p : known[i].name);
        if (known[i].secret)
            jw_bool(w, v.n > 0);
        else
            jw_text(w, v);
    }
    jw_close(w, '}');
}

static void put(struct jw *w, const char *key, struct str s)
{
    jw_key(w, key);
    jw_text(w, s);
}

static const struct err *show(struct req *rq)
{
    struct drop_folder_read_out row;
    const struct json *settings;
    struct jw w = jw_new(rq->a);
    const struct err *e = read_one(rq, &row, &settings);

    if (e)
        return e;
    jw_open(&w, '{');
    jw_key(&w, "id");
    jw_uuid(&w, row.id);
    put(&w, "name", row.name);
    put(&w, "kind", row.kind);
    jw_key(&w, "integration_id");
    jw_uuid(&w, row.integration_id);
    put(&w, "pattern", row.pattern);
    put(&w, "zone", row.zone);
    put(&w, "after_taking", row.after_taking);
    jw_key(&w, "stable_s");
    jw_int(&w, row.stable_s);
    put(&w, "state", row.state);
    put(&w, "state_reason", row.state_reason);
    jw_key(&w, "looked_at");
    jw_time(&w, row.looked_at);
    jw_key(&w, "look");
    jw_raw(&w, row.look);
    jw_key(&w, "version");
    jw_int(&w, row.version);
    write_settings(&w, rq->a, row.kind, settings);
    jw_close(&w, '}');
    req_set_header(rq, "etag", str_fmt(rq->a, "\"%lld\"", (long long)row.version));
    return req_json(rq, 200, jw_done(&w));
}

static struct str or_kept(struct str given, struct str kept)
{
    return given.p ? given : kept;
}

static const struct err *change(struct req *rq)
{
    const struct folder_fields *in = rq->in;
    struct drop_folder_change_in out = {.folder = rq->param_id[0]};
    struct drop_folder_read_out row;
    const struct json *kept, *given, *settings;
    struct str secret;
    int64_t n = 0;
    const struct err *e = req_if_match(rq, &out.version);

    if (!e)
        e = read_one(rq, &row, &kept);
    if (!e)
        e = json_parse(rq->a, or_kept(in->settings, STR("{}")), &given);
    if (!e)
        e = check_fields(rq, in);
    if (!e)
        e = merge(rq, row.kind, given, kept, &settings);
    if (!e)
        e = check_place(rq, row.kind, settings);
    if (e)
        return e;
    out.integration = uuid_is_zero(in->integration) ? row.integration_id : in->integration;
    out.name = or_kept(in->name, row.name);
    out.pattern = str_trim(or_kept(in->pattern, row.pattern));
    out.zone = or_kept(in->zone, row.zone);
    out.after_taking = or_kept(in->after_taking, row.after_taking);
    out.stable_s = in->stable_s == SQL_NULL ? row.stable_s : in->stable_s;
    out.state = or_kept(in->state, str_is(row.state, "paused") ? row.state : STR("active"));
    split(rq->a, settings, &out.settings, &secret);
    e = drop_seal(rq->a, rq->who.tenant, row.id, secret, &out.secrets);
    if (!e)
        e = q_drop_folder_change(rq->db, out, &n);
    if (!e && !n)
        e = E_STALE;
    if (!e)
        e = plan(rq, row.id, settings);
    return e ? e : show(rq);
}

static const struct err *forget(struct req *rq)
{
    int64_t n = 0;
    char id[UUID_TEXT];
    const struct err *e = q_drop_folder_delete(
        rq->db, (struct drop_folder_delete_in){rq->param_id[0]}, &n);

    if (!e && !n)
        e = E_NOT_FOUND;
    if (!e)
        e = schedule_drop(rq->db, str_fmt(rq->a, "dropfolders.look:%s",
                                          uuid_text(rq->param_id[0], id).p));
    return e ? e : req_none(rq);
}

/* ---- looking, trying again ---- */

struct look_fields {
    bool only;
};

static const struct field look_in[] = {
    {"only", FIELD_BOOL, offsetof(struct look_fields, only), OPTIONAL,
     .doc = "Just tell what is there and what the names say; take nothing"},
    {0},
};

static const struct err *look(struct req *rq)
{
    const struct look_fields *in = rq->in;
    struct drop_folder_read_out row;
    const struct err *e = q_drop_folder_read(rq->db, (struct drop_folder_read_in){rq->param_id[0]},
                                             &row);

    if (!e && !in->only && !str_is(row.state, "active"))
        e = err_why(rq->a, E_IN_USE, "The folder is not looked into: %s",
                    str_is(row.state, "paused") ? "it is paused." : "correct its settings first.");
    if (!e)
        e = drop_look_now(rq->db, row.id, in->only);
    return e ? e : req_none(rq);
}

static const struct err *again(struct req *rq)
{
    struct drop_file_again_out row;
    const struct err *e = q_drop_file_again(rq->db, (struct drop_file_again_in){rq->param_id[0]},
                                            &row);

    if (!e)
        e = drop_add_take(rq->db, row.id, row.old);
    return e ? e : req_none(rq);
}

static const struct field files_in[] = {
    {"folder", FIELD_UUID, .doc = "Of this drop folder alone"},
    {"state", FIELD_TEXT, .choices = "seen|queued|done|duplicate|failed|skipped"},
    {0},
};

static const struct route routes[] = {
    {GET, "/drop-folders", INTEGRATIONS_READ, .sql = SQL_DROP_FOLDERS_LIST,
     .doc = "Folders that recordings are taken from"},
    {POST, "/drop-folders", INTEGRATIONS_WRITE, create_in, .run = create, .out = "created",
     .creates = CREATES, .doc = "Take recordings from a folder, an SFTP server or a bucket"},
    {GET, "/drop-folders/{folder}", INTEGRATIONS_READ, .run = show, .out = "drop_folder",
     .doc = "One folder with its settings and what the last look saw"},
    {PATCH, "/drop-folders/{folder}", INTEGRATIONS_WRITE, change_in, .run = change,
     .out = "drop_folder", .doc = "Change it; needs If-Match"},
    {DELETE, "/drop-folders/{folder}", INTEGRATIONS_WRITE, .run = forget,
     .doc = "Take nothing from it any more; its calls stay"},
    {POST, "/drop-folders/{folder}/look", INTEGRATIONS_WRITE, look_in, .run = look,
     .doc = "Look into it now, or only tell what is there"},
    {GET, "/drop-files", INTEGRATIONS_READ, files_in, .sql = SQL_DROP_FILES_LIST,
     .doc = "Files seen in drop folders and what became of them, newest first"},
    {POST, "/drop-files/{file}/retry", INTEGRATIONS_WRITE, .run = again,
     .doc = "Take a file again that failed, or all the same one that a policy did not want"},
    {0},
};

#define TEXT_OR_NULL "{\"type\":[\"string\",\"null\"]}"

static const struct schema schemas[] = {
    {"drop_folder",
     "{\"type\":\"object\",\"required\":[\"id\",\"name\",\"kind\",\"integration_id\",\"pattern\",\"zone\","
     "\"after_taking\",\"stable_s\",\"state\",\"state_reason\",\"looked_at\",\"look\",\"version\","
     "\"settings\"],\"properties\":{\"id\":{\"type\":\"string\"},\"name\":{\"type\":\"string\"},\"kind\":"
     "{\"enum\":[\"local\",\"sftp\",\"s3\"]},\"integration_id\":" TEXT_OR_NULL ",\"pattern\":{\"type\":"
     "\"string\"},\"zone\":{\"type\":\"string\"},\"after_taking\":{\"enum\":[\"move\",\"keep\"]},"
     "\"stable_s\":{\"type\":\"integer\"},\"state\":{\"type\":\"string\"},\"state_reason\":" TEXT_OR_NULL
     ",\"looked_at\":" TEXT_OR_NULL ",\"look\":{\"type\":[\"object\",\"null\"],\"required\":[\"files\","
     "\"more\",\"error\",\"sample\"],\"properties\":{\"files\":{\"type\":\"integer\"},\"more\":{\"type\":"
     "\"boolean\"},\"error\":" TEXT_OR_NULL ",\"sample\":{\"type\":\"array\",\"items\":{\"type\":\"object\","
     "\"required\":[\"name\",\"size\",\"modified_at\",\"fits\",\"agent\",\"number\",\"id\",\"direction\","
     "\"started_at\"],\"properties\":{\"name\":{\"type\":\"string\"},\"size\":{\"type\":\"integer\"},"
     "\"modified_at\":" TEXT_OR_NULL ",\"fits\":{\"type\":\"boolean\"},\"agent\":" TEXT_OR_NULL
     ",\"number\":" TEXT_OR_NULL ",\"id\":" TEXT_OR_NULL ",\"direction\":" TEXT_OR_NULL
     ",\"started_at\":" TEXT_OR_NULL ",\"sheet\":" TEXT_OR_NULL ",\"waits\":" TEXT_OR_NULL "}}},"
     "\"sheets\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"name\",\"read\",\"rows\","
     "\"wrong\",\"problem\",\"faults\"],\"properties\":{\"name\":{\"type\":\"string\"},\"read\":{\"type\":"
     "\"boolean\"},\"rows\":{\"type\":\"integer\"},\"wrong\":{\"type\":\"integer\"},\"problem\":" TEXT_OR_NULL
     ",\"faults\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":[\"row\",\"file\","
     "\"why\"],\"properties\":{\"row\":{\"type\":\"integer\"},\"file\":{\"type\":\"string\"},\"why\":"
     "{\"type\":\"string\"}}}}}}}}},\"version\":{\"type\":\"integer\"},\"settings\":{\"type\":"
     "\"object\",\"additionalProperties\":{\"type\":[\"string\",\"boolean\",\"null\"]}}}}"},
    {0},
};

const struct feature dropfolders_feature = {
    .name = "dropfolders", .doc = "Folders that recordings are dropped into.", .routes = routes,
    .jobs = dropfolders_jobs, .schemas = schemas,
};
