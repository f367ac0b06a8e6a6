/* The client data: what the browser itself vouches for. */
#include "core/json.h"
#include "people/passkeys/webauthn.h"

static bool challenge_is(struct str text, const struct hash *wanted)
{
    struct hash h = crypto_sha256(text);

    return text.n && crypto_eq(str_n(h.b, sizeof h.b), str_n(wanted->b, sizeof wanted->b));
}

const char *client_data_check(struct arena *a, struct str json, const struct client_expect *x, struct str *ret_slug)
{
    const struct json *tree, *cross;

    if (!json.n || json.n > CLIENT_DATA_MAX || json_parse(a, json, &tree) || json_kind(tree) != J_OBJECT)
        return "The browser's answer cannot be read.";
    if (!str_is(json_text(tree, "type"), x->type))
        return "The browser's answer is to another question.";
    if (!challenge_is(json_text(tree, "challenge"), &x->challenge))
        return "The browser's answer is to an earlier question, or this one took longer than five minutes: begin again.";
    cross = json_get(tree, "crossOrigin");
    if ((cross && (json_kind(cross) != J_BOOL || json_yes(tree, "crossOrigin"))) || json_get(tree, "topOrigin"))
        return "Passkeys are not taken from inside another site's page.";
    if (!party_origin(x->party, json_text(tree, "origin"), ret_slug))
        return "The passkey was used on a page of another address than that of this service.";
    return NULL;
}
