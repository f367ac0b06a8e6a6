/* Writes and reads messages. Called by the anthropic language engine and its fuzz target. */
#include "engines/anthropic/anthropic_messages.h"

#define TEXT_MAX (2u << 20)

struct str anthropic_body(struct arena *a, const struct model_ask *ask, struct str model)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "model");
    jw_text(&w, model);
    jw_key(&w, "max_tokens");
    jw_int(&w, ask->max_tokens);
    if (!ask->plain) {
        jw_key(&w, "temperature");
        jw_int(&w, 0);
    }
    jw_key(&w, "system");
    jw_text(&w, ask->system);
    jw_key(&w, "messages");
    jw_open(&w, '[');
    jw_open(&w, '{');
    jw_key(&w, "role");
    jw_text(&w, STR("user"));
    jw_key(&w, "content");
    jw_text(&w, ask->user);
    jw_close(&w, '}');
    jw_close(&w, ']');
    jw_key(&w, "output_config");
    jw_open(&w, '{');
    jw_key(&w, "format");
    jw_open(&w, '{');
    jw_key(&w, "type");
    jw_text(&w, STR("json_schema"));
    jw_key(&w, "schema");
    jw_raw(&w, ask->schema);
    jw_close(&w, '}');
    jw_close(&w, '}');
    jw_close(&w, '}');
    return jw_done(&w);
}

static enum model_end end_of(struct str reason)
{
    return str_is(reason, "max_tokens")                      ? MODEL_CUT
           : str_is(reason, "refusal")                       ? MODEL_REFUSED
           : str_is(reason, "model_context_window_exceeded") ? MODEL_FULL
                                                             : MODEL_DONE;
}

/* `content` is a list: the text blocks make up the answer. */
static struct str text_of(struct arena *a, const struct json *content)
{
    struct buf b = buf_new(a, TEXT_MAX);

    for (size_t i = 0; i < json_count(content); i++) {
        const struct json *block = json_at(content, i);

        if (str_is(json_text(block, "type"), "text"))
            buf_add(&b, json_text(block, "text"));
    }
    return b.n && !b.over ? buf_str(&b) : STR_NONE;
}

const struct err *anthropic_read(struct arena *a, struct str body, struct model_reply *ret)
{
    const struct json *tree, *content, *usage;
    const struct err *e = json_parse(a, body, &tree);
    struct model_reply r = {0};

    if (e)
        return e;
    content = json_get(tree, "content");
    if (json_kind(content) != J_LIST)
        return err_why(a, E_BAD_PAYLOAD, "The answer has no list \"content\"");
    usage = json_get(tree, "usage");
    r.text = text_of(a, content);
    r.end = end_of(json_text(tree, "stop_reason"));
    r.refusal = r.end == MODEL_REFUSED ? r.text : STR_NONE;
    r.model = json_text(tree, "model");
    r.in_tokens = json_int(usage, "input_tokens", -1);
    r.out_tokens = json_int(usage, "output_tokens", -1);
    if (r.end == MODEL_DONE && !r.text.n)
        return err_why(a, E_BAD_PAYLOAD, "The answer has no text in \"content\"");
    *ret = r;
    return NULL;
}

static size_t headers(struct arena *a, struct str key, struct http_header ret[MODEL_HEADERS])
{
    (void)a;
    ret[0] = (struct http_header){STR("Content-Type"), STR("application/json")};
    ret[1] = (struct http_header){STR("anthropic-version"), STR("2023-06-01")};
    ret[2] = (struct http_header){STR("x-api-key"), key};
    return 3;
}

const struct model_engine anthropic_engine = {
    .name = "anthropic",
    .title = "Anthropic",
    .version = "1",
    .notice = "Anthropic's messages with structured output. What is said in calls is sent there.",
    .default_url = "https://api.anthropic.com",
    .path = "/v1/messages",
    .models = "claude-sonnet-4-5|claude-haiku-4-5|claude-opus-4-5",
    .key_label = "API key",
    .key_required = true,
    .context_tokens = 200000,
    .answer_tokens = 16000,
    .params = STR("{\"temperature\":0}"),
    .body = anthropic_body,
    .read = anthropic_read,
    .headers = headers,
};
