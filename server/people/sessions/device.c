/* What a browser calls itself, in words a person knows. Pure; the User-Agent is the client's own word and proves
 * nothing. */
#include "people/sessions/inner.h"

struct mark {
    const char *in, *word;
};

/* In this order: most say that they are Chrome and Safari too. */
static const struct mark browsers[] = {
    {"Edg/", "Edge"}, {"EdgA/", "Edge"}, {"EdgiOS/", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser/", "Samsung Internet"},
    {"Vivaldi/", "Vivaldi"}, {"Firefox/", "Firefox"}, {"FxiOS/", "Firefox"}, {"CriOS/", "Chrome"}, {"Chrome/", "Chrome"},
    {"Chromium/", "Chromium"}, {"Safari/", "Safari"}, {"curl/", "curl"}, {0},
};

static const struct mark systems[] = {
    {"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"},
    {"Macintosh", "Mac"}, {"Linux", "Linux"}, {0},
};

static const char *first_of(const struct mark *list, struct str text)
{
    for (; list->in; list++)
        if (str_find(text, str_of(list->in), 0) >= 0)
            return list->word;
    return NULL;
}

struct str device_words(struct arena *a, struct str user_agent)
{
    const char *browser = first_of(browsers, user_agent), *system = first_of(systems, user_agent);

    if (browser && system)
        return str_fmt(a, "%s on %s", browser, system);
    if (system)
        return str_fmt(a, "Unknown browser on %s", system);
    return str_of(browser ? browser : "Unknown browser");
}
