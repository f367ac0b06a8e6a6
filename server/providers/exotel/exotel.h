/* Exotel: Passthru applets (GET or POST, several times a call) and StatusCallbacks (multipart, form
 * or JSON) in, recordings fetched. This header is the folder's own; features.c needs exotel_provider
 * only. Exotel signs nothing: the token in the hook address is the proof. */
#ifndef RINGSIGHT_PROVIDERS_EXOTEL_H
#define RINGSIGHT_PROVIDERS_EXOTEL_H

#include "providers/form.h"
#include "providers/provider.h"

extern const struct provider exotel_provider;

/* Reads one callback (exotel_parse.c). E_BAD_PAYLOAD with the reason. */
const struct err *exotel_parse(struct arena *a, const struct hook *h,
                               struct event_list *ret_list) MUST_USE;

/* The same of a callback's fields, wherever they came from. */
const struct err *exotel_read(struct arena *a, const struct form *form,
                              struct event_list *ret_list) MUST_USE;

/* A page that exotel_poll brought in, and asking for one (exotel_list.c). */
struct poll;
const struct err *exotel_page(struct arena *a, const struct hook *h,
                              struct event_list *ret_list) MUST_USE;
const struct err *exotel_poll(struct arena *a, struct poll *p) MUST_USE;
/* The header that signs in at the API; STR_NONE without key and token. */
struct str exotel_authorization(struct arena *a, const struct json *settings);

/* True if the account's credentials may go to this address: https at exotel.com or a host below. */
bool exotel_trusts(struct arena *a, struct str url);
/* Fetches one recording (exotel_fetch.c). */
struct fetch;
const struct err *exotel_fetch(struct arena *a, struct fetch *f) MUST_USE;

#endif
