/* Twilio Programmable Voice: signed status and recording callbacks in, recordings fetched from the
 * API. This header is the folder's own; features.c needs twilio_provider only.
 *
 * One call is the first leg (CallSid) and the legs that <Dial> added to it (ParentCallSid). The
 * first leg of an inbound call is answered by TwiML, so "completed" says nothing of a person: it is
 * told as a leg without outcome, and as the call's totals, which count where no other leg tells. */
#ifndef RINGSIGHT_PROVIDERS_TWILIO_H
#define RINGSIGHT_PROVIDERS_TWILIO_H

#include "providers/form.h"
#include "providers/provider.h"

extern const struct provider twilio_provider;

/* Is the delivery signed by the account (twilio_sign.c)? E_BAD_SIGNATURE with the reason. */
const struct err *twilio_verify(struct arena *a, const struct hook *h) MUST_USE;
/* The signature of a URL with the parameters of a form (NULL: none) under a token, in base64: HMAC-
 * SHA1 over the URL and each parameter's name and value, sorted, equal pairs once (Twilio "Webhooks
 * security"; the published vectors are in tests/unit/twilio.c). */
struct str twilio_signature(struct arena *a, struct str token, struct str url,
                            const struct form *params);

/* Reads a voice, status or recording callback (twilio_parse.c). E_BAD_PAYLOAD with the reason. */
const struct err *twilio_parse(struct arena *a, const struct hook *h,
                               struct event_list *ret_list) MUST_USE;
/* The same of a callback's fields, wherever they came from. */
const struct err *twilio_read(struct arena *a, const struct form *form, struct str agent_numbers,
                              struct event_list *ret_list) MUST_USE;

/* A page that twilio_poll brought in, h->query says of what (twilio_list.c). */
const struct err *twilio_page(struct arena *a, const struct hook *h,
                              struct event_list *ret_list) MUST_USE;
/* Asks for a page of calls or recordings (twilio_list.c). */
struct poll;
const struct err *twilio_poll(struct arena *a, struct poll *p) MUST_USE;
/* The API's address without a slash behind it. */
struct str twilio_api(struct arena *a, const struct json *settings);
/* The header that signs in at the API; E_UPSTREAM_AUTH with the cure. */
const struct err *twilio_authorization(struct arena *a, const struct json *settings,
                                       struct str *ret) MUST_USE;

/* A RecordingUrl as the name of a recording: without query and file ending, http made https at
 * Twilio's own hosts, so that each recording has one name. "" if it is no URL. */
struct str twilio_recording_name(struct arena *a, struct str url);

/* Whether a recording of that name may be fetched with the account's credentials: https at
 * api.twilio.com or api.<region>.twilio.com, or below `api`, the address in the settings ("": none).
 * E_ADDRESS_REFUSED with the reason. */
const struct err *twilio_recording_allowed(struct arena *a, struct str name,
                                           struct str api) MUST_USE;
/* Fetches one recording (twilio_fetch.c). */
struct fetch;
const struct err *twilio_fetch(struct arena *a, struct fetch *f) MUST_USE;

#endif
