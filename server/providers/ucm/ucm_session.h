/* The logins of this process at the UCMs, one cookie per integration, shared by its threads. */
#ifndef RINGSIGHT_PROVIDERS_UCM_SESSION_H
#define RINGSIGHT_PROVIDERS_UCM_SESSION_H

#include "core/arena.h"
#include "core/crypto.h"
#include "core/uuid.h"

/* A cookie idles out after about 10 minutes (seen in public clients, which renew at 540 s). */
#define UCM_COOKIE_S 540
/* How long a process refuses to try credentials again that the UCM refused: each try counts
 * towards the UCM's lock. Settings saved again have another `credentials` and are tried at once. */
#define UCM_REFUSED_S 900

enum ucm_session_state {
    UCM_SESSION_READY,   /* a cookie is there */
    UCM_SESSION_LOGIN,   /* the caller must log in now, then call ucm_session_put or _fail */
    UCM_SESSION_REFUSED, /* these credentials were refused a short while ago */
    UCM_SESSION_BUSY     /* another thread is still logging in, or too many integrations do */
};

struct ucm_session_key {
    struct uuid integration;
    struct hash credentials; /* of address, user, password and the settings' version */
};

/* Waits until `deadline` (time_mono scale) while another thread logs in for the same integration,
 * so that ten waiting recordings make one login. *ret_cookie is a copy in the arena. */
enum ucm_session_state ucm_session_get(struct arena *a, const struct ucm_session_key *key,
                                       int64_t deadline, struct str *ret_cookie);
/* Ends a login: the cookie for the others; or none, with `refused` if the UCM will not have us. */
void ucm_session_put(const struct ucm_session_key *key, struct str cookie);
void ucm_session_fail(const struct ucm_session_key *key, bool refused);
/* Forgets the cookie if it is still this one: another thread may have renewed it already. */
void ucm_session_drop(const struct ucm_session_key *key, struct str cookie);

#endif
