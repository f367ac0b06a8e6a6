/* The words of the UCM's HTTPS API ("HTTPS API Settings (New)", one POST /api): requests as JSON
 * text, answers read back, status codes sorted by what to do about them. Pure; ucm_fetch.c does
 * the talking. Sources: Grandstream's HTTPS API page, its CDR and REC API guide, and the table of
 * return codes that public clients keep. */
#ifndef RINGSIGHT_PROVIDERS_UCM_API_H
#define RINGSIGHT_PROVIDERS_UCM_API_H

#include "core/arena.h"
#include "core/err.h"
#include "core/str.h"

/* Request bodies. The cookie goes into the body, never into a Cookie header. */
struct str ucm_challenge_request(struct arena *a, struct str user);
struct str ucm_login_request(struct arena *a, struct str user, struct str token);
struct str ucm_recapi_request(struct arena *a, struct str cookie, struct str filedir,
                              struct str filename);
struct str ucm_record_infos_request(struct arena *a, struct str cookie, struct str acct_id);

/* Records that began from `from` to `to`, the UCM's wall clock as "2026-08-01T00:00:00". */
#define UCM_PAGE 500
struct ucm_span {
    struct str from, to;
    int64_t offset;
};
struct str ucm_cdr_request(struct arena *a, struct str cookie, const struct ucm_span *span);
/* True if the text is a page of records, and not an answer with a status: how many items it has, and
 * what the first is known by ("" without items). */
bool ucm_page_read(struct arena *a, struct str text, size_t *ret_n, struct str *ret_first);

/* Lower-case hex MD5 of challenge and password, nothing between. The challenge is a text: its
 * leading zeros count. */
struct str ucm_token(struct arena *a, struct str challenge, struct str password);

enum ucm_verdict {
    UCM_OK = 0,
    UCM_RETRY,   /* busy or hurt for the moment */
    UCM_LOGIN,   /* the cookie ran out: log in once more */
    UCM_STOP,    /* wrong or locked account: each further try makes the lock longer */
    UCM_ABSENT,  /* no such item, or no recording: not there, or not there yet */
    UCM_REFUSED  /* a fault of ours or of the firmware: trying again will not help */
};

enum ucm_verdict ucm_verdict_of(int64_t status);
/* What the status means, a sentence without a closing stop; never NULL. */
const char *ucm_status_text(int64_t status);

/* An answer that is JSON. */
struct ucm_answer {
    int64_t status;
    struct str challenge, cookie; /* STR_NONE if not in it */
    struct str recordfiles;       /* of getRecordInfosByCall, still joined */
    int64_t tries_left, wait_s;   /* with -37 and the locks; -1 unknown */
};

/* E_UPSTREAM if the text is no answer of this API: another thing lives at the address. */
const struct err *ucm_answer_read(struct arena *a, struct str text,
                                  struct ucm_answer *ret) MUST_USE;

/* The error that stands for an answer, with its sentence: NULL for UCM_OK, E_UPSTREAM_BUSY,
 * E_UPSTREAM_AUTH (also for UCM_LOGIN: the caller has tried), E_NOT_READY for UCM_ABSENT,
 * E_UPSTREAM. `doing` names the step: "log in". *ret_wait_s is when to try again, -1 unsaid. */
const struct err *ucm_answer_err(struct arena *a, const struct ucm_answer *answer,
                                 const char *doing, int64_t *ret_wait_s) MUST_USE;

/* The names in recordfiles ("2026-08/a.wav,2026-08/b.wav" or "a.wav@b.wav@"), month folders taken off, at
 * most `max`; gives their number. */
size_t ucm_record_names(struct str recordfiles, struct str *names, size_t max);

/* A recording's name as recapi takes it: its last path part. STR_NONE for what could mean more
 * than one file ('@' joins names) or no file. */
struct str ucm_record_name(struct str name);

/* Folders to ask, best guess first, ended by NULL. */
#define UCM_FILEDIRS 4
void ucm_filedirs(struct str hint, const char *ret_dirs[UCM_FILEDIRS]);

#endif
