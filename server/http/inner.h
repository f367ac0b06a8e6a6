/* What the files of http/ share with each other and nobody else. */
#ifndef RINGSIGHT_HTTP_INNER_H
#define RINGSIGHT_HTTP_INNER_H

#include "db/lane.h"
#include "http/http.h"

#define TAKE_WAIT_MS 3000 /* for a connection, before the answer is "busy" */

/* ---- router.c ---- */
/* The row for a method and path; fills rq->param. E_NOT_FOUND or E_METHOD (allowed methods in an
 * Allow header). */
const struct err *router_match(struct req *rq) MUST_USE;
const struct err *router_init(struct arena *a) MUST_USE;
size_t route_count(void);
size_t route_index(const struct route *r);
/* "GET /api/v1/calls/{call}" of the i-th row. */
struct str route_label(struct arena *a, size_t i);
/* The i-th parameter's name in the path, STR_NONE beyond. */
struct str route_param(const struct route *r, size_t i, bool *ret_text);

/* ---- input.c ---- */
/* Checks query or body against route->in; fills rq->in and rq->texts, cursor and limit. */
const struct err *input_read(struct req *rq) MUST_USE;

/* ---- answer.c: .sql rows ---- */
/* Binds the row's statement by name: parameters, fields, scope, me, limit, cursor. */
const struct err *answer_bind(struct req *rq, struct bound *ret) MUST_USE;
/* Writes the reply from the result. */
const struct err *answer_write(struct req *rq, const PGresult *r) MUST_USE;
/* Whether the statement's inputs can all be bound for this row; a sentence if not. */
const struct err *answer_check(struct arena *a, const struct route *r) MUST_USE;

/* ---- identity.c, on the loop ---- */
enum token_kind { TOKEN_NONE = 0, TOKEN_SESSION, TOKEN_KEY };
/* Finds the token of a request. E_UNAUTHENTICATED for a malformed one. */
const struct err *identity_token(struct req *rq, enum token_kind *ret_kind,
                                 struct hash *ret_hash) MUST_USE;
struct identity_cache;
struct identity_cache *identity_cache_new(void);
void identity_cache_free(struct identity_cache *c);
/* Copies a fresh entry (at most a second old) into rq->who; false: ask the gate. ret_e: E_FORBIDDEN for a key
 * that comes from elsewhere. */
bool identity_cached(struct identity_cache *c, const struct hash *token, struct req *rq,
                     const struct err **ret_e);
const struct sql *identity_gate(enum token_kind kind);
/* Takes the gate's answer; no row: nobody. */
const struct err *identity_take(struct identity_cache *c, const struct hash *token,
                                enum token_kind kind, const PGresult *r, struct req *rq) MUST_USE;

/* ---- dispatch.c ---- */
/* Runs on the loop with a copied request; ends in exchange_send or a worker lane. */
void dispatch(struct req *rq);
/* Runs on a worker thread. */
void dispatch_run(struct req *rq);

/* ---- idempotency.c: in the handler's transaction ---- */
/* Takes the request's Idempotency-Key, if it has one and the row creates. Answered: it was taken,
 * and the reply is the stored one. E_KEY_REUSED for another request, E_REPEATED if the answer showed
 * a secret, E_BAD_REQUEST for a malformed key. */
const struct err *idempotency_begin(struct req *rq, bool *ret_answered) MUST_USE;
/* Stores the reply under the key; not one that shows a secret. */
const struct err *idempotency_keep(struct req *rq) MUST_USE;

/* ---- work.c: worker threads ---- */
const struct err *work_start(struct arena *a, int fast_threads) MUST_USE;
void work_stop(void);
/* False when the lane's queue is full. */
bool work_push(enum work_lane lane, void (*fn)(void *arg), void *arg);
size_t work_depth(enum work_lane lane);

/* ---- exchange.c: one request between h2o and us ---- */
/* Sends rq->reply from any thread; the exchange and its arena end with it. */
void exchange_send(struct req *rq);
struct identity_cache *loop_identities(struct loop *loop);

/* Facts for probes and metrics. */
bool http_stopping(void);
bool http_ready(void);

#endif
