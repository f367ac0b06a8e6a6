/* `ringsight admin mail-test`: one mail by the settings as they are, sent at once, so that a refusal is seen
 * here and not in the first invitation. */
#include "admin.h"
#include "core/time.h"
#include "net/mail_message.h"
#include "net/smtp.h"

const struct err *admin_mail_test(struct admin *ad, struct jw *out)
{
    struct str to = str_trim(ad->opt[OPT_EMAIL]), message;
    struct uuid id = uuid_new();
    char text[UUID_TEXT];
    const struct smtp *smtp;
    const struct err *e = smtp_open(ad->a, ad->s, &smtp);

    if (!e && !smtp)
        e = err_why(ad->a, E_BAD_INPUT, "No mail server is set up: see the setting smtp_url.");
    if (e)
        return e;
    e = mail_message_write(ad->a, &(struct mail_message){
        .from = smtp->from, .from_name = smtp->from_name, .to = to, .to_name = STR(""),
        .subject = STR("Mail from Ringsight arrives"), .date = time_now(),
        .text = STR("This mail was sent by `ringsight admin mail-test`. You need not answer it.\n"),
        .html = STR("<p>This mail was sent by <code>ringsight admin mail-test</code>. You need not answer it.</p>\n"),
        .id = str_fmt(ad->a, "%s@ringsight", uuid_text(id, text).p)}, &message);
    if (!e)
        e = smtp_send(smtp, ad->a, to, message);
    if (e)
        return e;
    jw_key(out, "server");
    jw_text(out, smtp->host);
    jw_key(out, "starttls");
    jw_bool(out, smtp->tls);
    return NULL;
}
