/* An account's second factor in the database. The seed is sealed by a key of the service, for the account belongs to no
 * tenant, and bound to the account's row. Knows no HTTP. */
#include "people/factors/factors.h"

#include "core/time.h"
#include "jobs/jobs.h"
#include "net/services.h"
#include "people/factors/inner.h"
#include "people/factors/queries.h"
#include "people/mail/mail.h"

static struct key seal_key(void)
{
    return keys_service(services()->keys, STR("totp"));
}

static struct str about(struct arena *a, struct uuid account)
{
    char none[UUID_TEXT], text[UUID_TEXT];

    return str_fmt(a, "%s|totp_factor|seed|%s", uuid_text((struct uuid){{0}}, none).p, uuid_text(account, text).p);
}

/* E_NOT_FOUND: the account has none, and is not setting one up. */
static const struct err *seed_of(struct db *db, struct uuid account, struct str *ret_seed, bool *ret_confirmed)
{
    struct factor_seed_out row;
    struct key k;
    const struct err *e = q_factor_seed(db, (struct factor_seed_in){account}, &row);

    if (e)
        return e;
    k = seal_key();
    e = crypto_open(db_arena(db), &k, about(db_arena(db), account), row.seed, ret_seed);
    crypto_wipe(&k, sizeof k);
    *ret_confirmed = row.confirmed;
    return e;
}

const struct err *factor_take_code(struct db *db, struct uuid account, struct str code, bool *ret_right)
{
    struct factor_use_out row;
    struct str seed;
    bool confirmed;
    int64_t step;
    const struct err *e = seed_of(db, account, &seed, &confirmed);

    *ret_right = false;
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    step = totp_step(seed, code, time_now());
    if (!confirmed || step < 0)
        return NULL;
    e = q_factor_use(db, (struct factor_use_in){account, step}, &row);
    *ret_right = !e && row.used;
    return e;
}

const struct err *factor_take_recovery(struct db *db, struct uuid account, struct str code, bool *ret_right)
{
    struct hash hash = recovery_hash(db_arena(db), account, code);
    struct factor_recovery_use_out row;
    const struct err *e = q_factor_recovery_use(
        db, (struct factor_recovery_use_in){account, str_n(hash.b, sizeof hash.b)}, &row);

    *ret_right = !e && row.used;
    return e;
}

const struct err *factor_begin(struct db *db, struct uuid account, struct str *ret_base32)
{
    struct arena *a = db_arena(db);
    struct factor_begin_out row;
    struct key k = seal_key();
    char seed[TOTP_SEED];
    const struct err *e;

    crypto_random(seed, sizeof seed);
    e = q_factor_begin(db, (struct factor_begin_in){
        account, crypto_seal(a, &k, about(a, account), str_n(seed, sizeof seed))}, &row);
    *ret_base32 = totp_base32(a, str_n(seed, sizeof seed));
    crypto_wipe(&k, sizeof k);
    crypto_wipe(seed, sizeof seed);
    if (!e && !row.begun)
        return err_why(a, E_CONFLICT, "There is an authenticator app already: remove it first.");
    return e;
}

const struct err *factor_confirm(struct db *db, struct uuid account, struct str code, const struct hash *keep,
                                 bool *ret_right)
{
    struct arena *a = db_arena(db);
    struct factor_confirm_out row = {0};
    struct str seed;
    bool confirmed = false;
    int64_t step;
    const struct err *e = seed_of(db, account, &seed, &confirmed);

    *ret_right = false;
    if (!e && confirmed)
        return err_why(a, E_CONFLICT, "There is an authenticator app already.");
    if (e == E_NOT_FOUND)
        return err_why(a, E_GONE, "No set-up is under way, or it took longer than half an hour: begin again.");
    if (e)
        return e;
    step = totp_step(seed, code, time_now());
    if (step < 0)
        return NULL;
    e = q_factor_confirm(db, (struct factor_confirm_in){account, step, str_n(keep->b, sizeof keep->b)}, &row);
    if (!e && !row.done)
        return err_why(a, E_GONE, "The set-up ended meanwhile: begin again.");
    *ret_right = !e;
    return e;
}

const struct err *factor_recovery(struct db *db, struct uuid account, struct jw *w)
{
    struct arena *a = db_arena(db);
    struct buf hashes = buf_new(a, RECOVERY_CODES * (2 * CRYPTO_HASH + 1) + 2);
    struct factor_recovery_put_out row;
    const struct err *e;

    jw_open(w, '[');
    for (size_t i = 0; i < RECOVERY_CODES; i++) {
        struct str code = recovery_new(a);
        struct hash h = recovery_hash(a, account, code);
        jw_text(w, code);
        buf_char(&hashes, i ? ',' : '{');
        buf_add(&hashes, crypto_hex(a, str_n(h.b, sizeof h.b)));
    }
    jw_close(w, ']');
    buf_char(&hashes, '}');
    e = q_factor_recovery_put(db, (struct factor_recovery_put_in){account, buf_str(&hashes)}, &row);
    if (!e && !row.done)
        return err_why(a, E_GONE, "There is no second factor: set one up first.");
    return e;
}

const struct err *factor_tell(struct db *db, struct uuid account, enum factor_event event)
{
    char text[UUID_TEXT];

    if (!mail_possible())
        return NULL;
    return job_add_service(db, &(struct job_new){
        .kind = FACTORS_CHANGED, .object = account,
        .args = str_fmt(db_arena(db), "{\"account\":\"%s\",\"event\":%d}", uuid_text(account, text).p, (int)event)});
}
