/* What a request for a new password, or a change of a second factor, leads to. Whether an account has the
 * address is looked up here, in a job of the service, so that the answer to the request cannot tell it, by its
 * bytes or its time. */
#include "core/time.h"
#include "jobs/jobs.h"
#include "people/factors/factors.h"
#include "people/mail/mail.h"
#include "people/resets/queries.h"
#include "people/resets/resets.h"

static const struct err *ask(struct job *job, void *product)
{
    struct str token = crypto_token(job->a, 32);
    struct hash hash = crypto_sha256(token);
    struct uuid asked = {{0}}, reset = uuid_new();
    struct password_reset_make_out row;
    const struct err *e;

    (void)product;
    (void)!uuid_parse(json_text(job->args, "ask"), &asked);
    e = q_password_reset_make(job->db, (struct password_reset_make_in){
        asked, reset, str_n(hash.b, sizeof hash.b)}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* nobody's address */
    e = mail_add(job->db, &(struct mail_new){
        .template = "password-reset", .to = row.email, .to_name = row.name, .object = reset, .n_facts = 3,
        .facts = (const struct mail_fact[]){
            {"name", row.name},
            {"link", mail_link(job->a, "reset", token)},
            {"until", mail_time(job->a, time_now() + 30 * 60 * TIME_S)}}});
    return e == E_BAD_INPUT ? NULL : e; /* an old account's address that no mail server takes */
}

static const struct err *changed(struct job *job, void *product)
{
    struct uuid account = {{0}};
    struct account_address_out row;
    const struct err *e;

    (void)product;
    (void)!uuid_parse(json_text(job->args, "account"), &account);
    e = q_account_address(job->db, (struct account_address_in){account}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e;
    e = mail_add(job->db, &(struct mail_new){
        .template = "password-changed", .to = row.email, .to_name = row.name, .object = account, .n_facts = 2,
        .facts = (const struct mail_fact[]){{"name", row.name}, {"at", mail_time(job->a, job->created_at)}}});
    return e == E_BAD_INPUT ? NULL : e;
}

static const char *const sentences[] = {
    [FACTOR_SET_UP] = "A second factor was set up for your account. Signing in asks for its code from now on.",
    [FACTOR_REMOVED] = "The second factor of your account was removed. Signing in asks for your password alone.",
    [FACTOR_REMOVED_BY_OTHER] = ("The second factor of your account was removed by somebody who administers it, and every "
                                "device was signed out. Signing in asks for your password alone."),
    [FACTOR_RECOVERY_USED] = "Somebody signed in to your account with a recovery code in place of the second factor.",
    [FACTOR_APP_REMOVED] = "The authenticator app of your account was removed. Signing in asks for one of your passkeys.",
    [FACTOR_PASSKEY_ADDED] = "A passkey was added to your account. Signing in takes it as second factor from now on.",
    [FACTOR_PASSKEY_REMOVED] = "A passkey was removed from your account.",
    [FACTOR_PASSKEY_COPIED] = ("Somebody with your password showed a passkey whose counter had gone back, so it may be a copy. "
                              "It was refused. Remove that passkey, and change your password."),
    [FACTOR_RECOVERY_NEW] = "New recovery codes were made for your account. The earlier ones do not hold any more.",
};

/* Whoever changed somebody's second factor, its owner is to know. */
static const struct err *factor(struct job *job, void *product)
{
    int64_t event = json_int(job->args, "event", -1);
    struct uuid account = {{0}};
    struct account_address_out row;
    const struct err *e;

    (void)product;
    (void)!uuid_parse(json_text(job->args, "account"), &account);
    if (event < 0 || event >= (int64_t)(sizeof sentences / sizeof *sentences))
        return NULL;
    e = q_account_address(job->db, (struct account_address_in){account}, &row);
    if (e)
        return e == E_NOT_FOUND ? NULL : e; /* signs in by a user name */
    e = mail_add(job->db, &(struct mail_new){
        .template = "second-factor", .to = row.email, .to_name = row.name, .object = account, .n_facts = 3,
        .facts = (const struct mail_fact[]){{"name", row.name},
                                            {"what", str_of(sentences[event])},
                                            {"at", mail_time(job->a, job->created_at)}}});
    return e == E_BAD_INPUT ? NULL : e;
}

static const struct job_kind jobs[] = {
    {PASSWORDS_ASK, NULL, ask, NULL, .attempts = 6, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {PASSWORDS_CHANGED, NULL, changed, NULL, .attempts = 6, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {FACTORS_CHANGED, NULL, factor, NULL, .attempts = 6, .timeout_s = 60, .priority = JOB_INTERACTIVE},
    {0},
};

const struct feature resets_feature = {
    .name = "resets", .doc = "Links for new passwords, by mail.", .jobs = jobs,
};
