/* Twilio's settings and what they may be. Signature, parser and fetch have files of their own. */
#include "providers/twilio/twilio.h"

static const struct provider_setting settings[] = {
    {"account_sid", SETTING_TEXT, true, "Account SID",
     "On the first page of the Twilio console: AC and 32 characters. With subaccounts, connect each "
     "of them on its own.",
     NULL},
    {"auth_token", SETTING_SECRET, true, "Auth Token",
     "Beside the Account SID. Twilio signs with it what it sends; without it nothing is accepted.",
     NULL, "given"},
    {"auth_token_2", SETTING_SECRET, false, "Secondary Auth Token",
     "While you change the token: what is signed with either of the two is accepted.", NULL},
    {"api_key", SETTING_TEXT, false, "API key for recordings",
     "SK and 32 characters, with its secret below. Blank: recordings are fetched with Account SID "
     "and Auth Token.",
     NULL},
    {"api_secret", SETTING_SECRET, false, "Secret of the API key", "Shown once, when the key is made.",
     NULL},
    {"api_url", SETTING_URL, false, "Address of the API",
     "Blank: https://api.twilio.com. For an account in another region its own address, such as "
     "https://api.dublin.ie1.twilio.com.",
     NULL},
    {"agent_numbers", SETTING_TEXT, false, "Numbers of agents",
     "Phone numbers on which agents take calls, such as +442079460101, parted by commas. Agents in "
     "apps and on SIP phones (client:, sip:) are recognised without it.",
     NULL},
    {0},
};

static bool is_sid(struct str s, const char *prefix)
{
    if (s.n != 34 || !str_starts(s, str_of(prefix)))
        return false;
    for (size_t i = 2; i < s.n; i++)
        if (!(s.p[i] >= '0' && s.p[i] <= '9') && !(s.p[i] >= 'a' && s.p[i] <= 'f'))
            return false;
    return true;
}

static const struct err *check(struct arena *a, const struct json *values, const char **ret_name)
{
    struct str account = json_text(values, "account_sid"), key = json_text(values, "api_key");

    if (account.n && !is_sid(account, "AC")) {
        *ret_name = "account_sid";
        return err_why(a, E_BAD_INPUT, "An Account SID is AC and 32 digits and letters a to f.");
    }
    if (key.n && !is_sid(key, "SK")) {
        *ret_name = "api_key";
        return err_why(a, E_BAD_INPUT, "An API key is SK and 32 digits and letters a to f.");
    }
    return NULL;
}

static void sample(struct arena *a, struct hook_sample *s)
{
    struct str token = json_text(s->settings, "auth_token");
    struct form form = {0};

    s->type = "application/x-www-form-urlencoded";
    s->body = str_fmt(
        a,
        "CallSid=trial-%.*s&AccountSid=%.*s&ApiVersion=2010-04-01&CallStatus=completed&Direction=inbound"
        "&From=%%2B442079460199&To=%%2B442079460100&CallDuration=70",
        STR_ARG(s->id), STR_ARG(json_text(s->settings, "account_sid")));
    if (!form_urlencoded(a, s->body, &form))
        sample_header(s, "X-Twilio-Signature", twilio_signature(a, token, s->url, &form));
}

const struct provider twilio_provider = {
    .slug = "twilio",
    .title = "Twilio",
    .settings = settings,
    .parser_version = 1,
    .check = check,
    .verify = twilio_verify,
    .parse = twilio_parse,
    .fetch = twilio_fetch,
    .poll = twilio_poll,
    .poll_needs = "account_sid",
    .api_url = "https://api.twilio.com",
    .sample = sample,
};
