/* HTTP as features see it: routes, inputs, requests, replies. h2o stays behind it. */
#ifndef RINGSIGHT_HTTP_HTTP_H
#define RINGSIGHT_HTTP_HTTP_H

#include "core/arena.h"
#include "core/crypto.h"
#include "core/err.h"
#include "core/json.h"
#include "core/permissions.h"
#include "db/db.h"

enum method { GET = 1, POST, PUT, PATCH, DELETE, HEAD, OPTIONS };

/* ---- Inputs: one table describes, checks and documents them ---- */

enum field_type { FIELD_TEXT = 1, FIELD_INT, FIELD_BOOL, FIELD_UUID, FIELD_TIME, FIELD_JSON,
                  FIELD_TEXTS /* a list of texts, kept as its JSON */ };
enum { OPTIONAL = 0, REQUIRED = 1, SECRET = 2, PERSONAL = 4 }; /* PERSONAL: of a customer, the audit log does not tell it */

struct field {
    const char *name;
    enum field_type type;
    size_t offset; /* in the handler's struct; not used by .sql rows */
    unsigned flags;
    int64_t min, max;    /* FIELD_INT: value; FIELD_TEXT: length in bytes, max 0 means 1000 */
    const char *choices; /* FIELD_TEXT: "a|b|c" */
    const char *doc;
};

/* ---- Routes ---- */

struct req;
struct job_kind;

enum limit_class { LIMIT_NORMAL = 0, LIMIT_COSTLY, LIMIT_SIGN_IN };
/* Rows that create take an Idempotency-Key; an answer that shows a secret is given only once. */
enum creates { CREATES_NOTHING = 0, CREATES, CREATES_SECRET };
enum tx { TX_ONE = 0, TX_NONE };
/* Which requests are written into the tenant's audit log: those that change something. */
enum audit { AUDIT_CHANGES = 0, AUDIT_READS /* reading too, from its beginning */, AUDIT_NOT };
/* Which threads run a handler: short ones; long reads and streams; password hashing. */
enum work_lane { WORK_FAST = 0, WORK_SLOW, WORK_HASH, WORK_LANES };
/* As which database role. */
enum db_role { DB_APP = 0, DB_PLATFORM };

struct route {
    enum method method;
    const char *path;    /* under /api/v1, "{name}" is an id, "{name:text}" any text */
    enum permission who; /* no default: zero refuses to start */
    const struct field *in;
    const struct sql *sql;                  /* the loop answers with this statement */
    const struct err *(*run)(struct req *rq); /* or a handler on a worker thread */
    void (*async)(struct req *rq);          /* or a function on the loop that ends in req_send */
    const char *out;                        /* the answer's schema for .run rows, or "audio", "file" */
    const char *doc;
    enum limit_class limit;
    enum creates creates; /* .run rows of a tenant with TX_ONE: answers 201 */
    enum tx tx;
    enum work_lane lane;
    enum db_role role;
    enum audit audit;
    int64_t body_max;  /* 0: the setting body_limit */
    bool raw_body;     /* the body is not JSON */
    bool root;         /* path does not stand under /api/v1 */
    bool no_csrf;      /* the request itself proves where it comes from (sign-in, hooks) */
    bool before_factor; /* also for one who lacks the second factor that is asked for */
    bool own_session;  /* asks "who am I": for the other kind of account, nobody (401) */
};

struct schema {
    const char *name, *json;
};

/* What a feature adds to the house; features.c lists them all. */
struct feature {
    const char *name, *doc;
    const struct route *routes;     /* ends with method == 0 */
    const struct job_kind *jobs;    /* ends with name == NULL */
    const struct schema *schemas;   /* ends with name == NULL */
};
extern const struct feature *const features[]; /* ends with NULL */

/* ---- Requests ---- */

enum principal { NOBODY = 0, PERSON, SUPER, API_KEY };

struct identity {
    enum principal kind;
    uint32_t permissions;
    struct uuid account, tenant, agent; /* agent: the agent this account is, zero if none */
    struct str name, email, role, scope, csrf;
    struct str sight; /* "{id,id}": the agents whose calls it may see where scope is not "all" */
    struct str tenant_slug, tenant_name, tenant_zone, tenant_state;
    bool lacks_factor; /* its tenant, or of a super admin the service, asks for a second factor, and the account has none */
    bool by_cookie;
    struct hash token; /* SHA-256 of the session token or key */
};

struct header {
    struct str name, value;
};

#define REPLY_HEADERS 8
#define STREAM_PART (256u << 10)

/* A body that is pulled on a worker thread, at most STREAM_PART bytes at a time, after the
 * transaction ended. `arena` lives as long as the request. */
struct stream {
    int64_t length;
    const struct err *(*pull)(void *ctx, char *out, size_t n, size_t *ret_n);
    void *ctx;
};

struct reply {
    int status;
    struct str type, body; /* type STR_NONE: application/json */
    size_t n_headers;
    struct header headers[REPLY_HEADERS];
    struct stream stream;  /* pull != NULL: instead of body */
    bool secret;           /* shows a secret: never stored or cached anywhere */
};

struct loop;
struct field_fault {
    const char *name;
    struct str why;
};

struct req {
    struct arena *a;
    struct loop *loop;
    const struct route *route;
    enum method method;
    char id[UUID_TEXT];      /* request id */
    struct str path, query;  /* path without query; query without '?' */
    struct str param[4];     /* path parameters in order */
    struct uuid param_id[4]; /* zero for text parameters */
    size_t n_headers;
    const struct header *headers;
    struct str head;         /* raw header lines, for hooks */
    struct str body;
    struct str client;       /* address that counts, as text */
    struct str subdomain;    /* with the setting base_domain: the tenant's slug in the Host header, or empty */
    struct identity who;
    void *in;                /* the handler's input struct, or NULL */
    const struct str *texts; /* one per field of route->in; p == NULL where not given */
    struct str cursor;
    int64_t limit;           /* page size asked for */
    struct uuid made;        /* by req_created */
    struct db *db;           /* .run only; in a transaction unless tx NONE */
    struct reply reply;
    size_t n_faults;
    struct field_fault faults[16];
    int64_t began;
};

/* Value of a header, name in lower case; STR_NONE if missing. */
struct str req_header(const struct req *rq, const char *name);
/* The i-th path parameter as text, its %-escapes undone. E_NOT_FOUND if they are malformed. */
const struct err *req_param_text(struct req *rq, size_t i, struct str *ret) MUST_USE;
/* The version in If-Match: "7". E_IF_MATCH if missing, E_STALE if it is no version of ours. */
const struct err *req_if_match(struct req *rq, int64_t *ret_version) MUST_USE;
/* Adds a header to the reply; text must live in rq->a or be constant. */
void req_set_header(struct req *rq, const char *name, struct str value);
/* Whose calls the caller may see, for inputs `scope uuid[]?`; STR_NONE: all of the tenant's. */
struct str req_scope(const struct req *rq);
/* Reports one wrong field; returns E_BAD_INPUT. */
const struct err *req_field(struct req *rq, const char *name, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
/* For rows without a transaction of the dispatcher's (tx NONE): one of a tenant, or of none, on a connection
 * of its own; committed unless e, rolled back else, and the connection given back. */
const struct err *req_begin(struct req *rq, struct uuid tenant, struct db **ret_db) MUST_USE;
const struct err *req_end(struct db *db, const struct err *e) MUST_USE;
/* Replies with JSON. */
const struct err *req_json(struct req *rq, int status, struct str json);
const struct err *req_created(struct req *rq, struct uuid id);
const struct err *req_none(struct req *rq); /* 204 */
/* Turns an error into the problem+json reply. */
void req_problem(struct req *rq, const struct err *e);
/* For .async handlers, on the loop: sends rq->reply, or the problem if e. rq is gone after it. */
void req_send(struct req *rq, const struct err *e);

/* After a change to a session was committed: what this process remembers of it is not used any
 * more, on any loop. Other processes follow within a second. */
void identity_forget(const struct hash *token);
/* Whether one who lacks a second factor, as gate_session tells, is held to it: a super admin by the setting. */
bool identity_lacks_factor(enum principal kind, bool lacks);

/* "PATCH /agents/{agent}" of a row, without /api/v1; the name of its i-th path parameter, empty beyond. */
struct str http_row_name(struct arena *a, const struct route *r);
struct str http_row_param(const struct route *r, size_t i);

/* Process-wide facts that handlers need; set once at start. */
struct http_config {
    const struct settings *settings;
    const char *public_origin, *cookie_name;
    bool https;
    struct db_pool *pools[2]; /* by enum db_role */
    const char *lane_url;
    const char *live_socket; /* path of the live server; NULL: no /live */
    /* Writes what a request did, in its transaction, after its handler; NULL: nothing is written. */
    const struct err *(*audit)(struct req *rq);
    void *app; /* features.c's context: keys, objects, ... */
};
extern struct http_config http_config;

/* ---- For loop-side code (inbox, live) ---- */

struct lane;
struct lane *loop_lane(struct loop *loop);
enum loop_slot { LOOP_SLOT_HOOKS = 0, LOOP_SLOTS };
void **loop_slot(struct loop *loop, enum loop_slot slot);
size_t loop_number(const struct loop *loop);

/* Starts the server; returns when it was stopped and drained. E_* with a sentence. */
const struct err *http_serve(struct arena *a) MUST_USE;
/* Asks a running server to stop; async-signal-safe. A second call cuts. */
void http_stop(void);

/* For a worker: /metrics and /readyz on a loopback port, in a thread of its own. Port 0: none; a port
 * that is taken is only warned of, for several workers may share a machine. */
const struct err *http_worker_port(struct arena *a, int64_t number, bool (*healthy)(void)) MUST_USE;
void http_worker_port_close(void);

/* The contract: OpenAPI 3.1 as JSON, and the feature that serves it. */
struct str openapi_print(struct arena *a);
extern const struct feature contract_feature;
/* Checks every row at start: permission, answer, inputs against the statement. */
const struct err *routes_check(struct arena *a) MUST_USE;

#endif
