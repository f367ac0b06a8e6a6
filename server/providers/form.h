/* Forms that phone systems send, as a flat list of names and values whatever they came as. A JSON
 * object is flattened into the names that a form would have: {"Legs":[{"Status":"busy"}]} gives
 * Legs[0][Status] = busy. All functions are pure and bear any bytes; errors are E_BAD_PAYLOAD with a
 * sentence. Values are bytes: event_text and event_key make them fit for an event. */
#ifndef RINGSIGHT_PROVIDERS_FORM_H
#define RINGSIGHT_PROVIDERS_FORM_H

#include "providers/provider.h"

#define FORM_MAX_FIELDS 1000
#define FORM_MAX_NAME 200 /* bytes, of a flattened name */

struct form_field {
    struct str name, value;
};

struct form {
    size_t n, cap;
    struct form_field *v;
};

/* application/x-www-form-urlencoded, as the WHATWG URL standard reads it: '+' is a blank, a '%'
 * that no two hex digits follow stands for itself, empty pairs are passed over. */
const struct err *form_urlencoded(struct arena *a, struct str text, struct form *ret) MUST_USE;

/* multipart/form-data (RFC 7578, RFC 2046); `type` is the whole Content-Type with its boundary. */
const struct err *form_multipart(struct arena *a, struct str type, struct str body,
                                 struct form *ret) MUST_USE;

/* A JSON object, flattened. null is left out, numbers and truth values become their text. */
const struct err *form_json(struct arena *a, struct str body, struct form *ret) MUST_USE;

/* The same of an object that was parsed before. */
const struct err *form_of_object(struct arena *a, const struct json *object,
                                 struct form *ret) MUST_USE;

/* What a delivery tells: the query of a GET and of a POST without body, else the body by its
 * content type. Without a type it is JSON if it opens with a brace, else urlencoded. */
const struct err *form_of_hook(struct arena *a, const struct hook *h, struct form *ret) MUST_USE;

/* True if the Content-Type is this one, parameters and case aside. */
bool form_type_is(struct str type, const char *name);

/* The first value of that name; STR_NONE if there is none. */
struct str form_value(const struct form *f, const char *name);

/* For the readers: adds a field, E_BAD_PAYLOAD beyond FORM_MAX_FIELDS. */
const struct err *form_add(struct arena *a, struct form *f, struct str name,
                           struct str value) MUST_USE;

#endif
