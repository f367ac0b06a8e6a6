/* Exotel's settings. Parser and fetch have files of their own. There is no verify: classic callbacks
 * bear no signature, so the secret part of the hook address is all that proves them. */
#include "providers/exotel/exotel.h"

static const struct provider_setting settings[] = {
    {"api_key", SETTING_TEXT, false, "API key",
     "Under Settings, API settings of the Exotel dashboard. Needed if your account's recordings "
     "ask for a login; sent to hosts of exotel.com only.",
     NULL},
    {"api_token", SETTING_SECRET, false, "API token", "Beside the API key.", NULL},
    {"account_sid", SETTING_TEXT, false, "Account SID",
     "Beside the API key. With it, key and token the calls of the past can be asked for, and each "
     "night those that no callback told of.",
     NULL},
    {"api_url", SETTING_URL, false, "Address of the API",
     "Blank: https://api.exotel.com. For an account in Mumbai https://api.in.exotel.com. Key and "
     "token are sent there.",
     NULL},
    {"recording_hosts", SETTING_TEXT, false, "Other hosts of recordings",
     "Recordings are fetched from exotel.com and from Exotel's store at Amazon. If yours lie "
     "elsewhere: the host names, parted by commas; .example.com means every host below it.",
     NULL},
    {0},
};

static bool is_host(struct str s)
{
    for (size_t i = 0; i < s.n; i++) {
        char c = s.p[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != '.' && c != '-')
            return false;
    }
    return true;
}

static bool is_account_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

/* An address where a host belongs would match nothing, and only show when a recording fails. */
static const struct err *check(struct arena *a, const struct json *values, const char **ret_name)
{
    struct str rest = json_text(values, "recording_hosts"), one;
    struct str account = json_text(values, "account_sid");

    *ret_name = "account_sid";
    for (size_t i = 0; i < account.n; i++)
        if (!is_account_char(account.p[i]))
            return err_why(a, E_BAD_INPUT, "An Account SID is letters, digits, '-' and '_' alone.");
    *ret_name = "recording_hosts";
    while (str_split(&rest, ',', &one))
        if (!is_host(str_trim(one)))
            return err_why(a, E_BAD_INPUT,
                           "\"%.*s\" is no host name: leave out https:// and whatever follows the "
                           "name, as in files.example.com.",
                           STR_ARG(event_text(a, one, 60)));
    return NULL;
}

static void sample(struct arena *a, struct hook_sample *s)
{
    struct str start = sample_wall(a, s->now - 70 * TIME_S, STR("Asia/Kolkata"));
    struct str end = sample_wall(a, s->now, STR("Asia/Kolkata"));

    s->type = "application/json";
    s->body = str_fmt(
        a,
        "{\"CallSid\": \"trial-%.*s\", \"EventType\": \"terminal\", \"Status\": \"completed\", "
        "\"Direction\": \"inbound\", \"From\": \"" SAMPLE_FROM "\", \"To\": \"" SAMPLE_TO "\", "
        "\"StartTime\": \"%.*s\", \"EndTime\": \"%.*s\", \"ConversationDuration\": 60}",
        STR_ARG(s->id), STR_ARG(start), STR_ARG(end));
}

const struct provider exotel_provider = {
    .slug = "exotel",
    .title = "Exotel",
    .settings = settings,
    .parser_version = 1,
    .check = check,
    .parse = exotel_parse,
    .fetch = exotel_fetch,
    .poll = exotel_poll,
    .poll_needs = "account_sid",
    .api_url = "https://api.exotel.com",
    .sample = sample,
};
