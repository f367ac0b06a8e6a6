/* Writes and reads chat completions. Called by the openai language engine and its fuzz target. */
#include "engines/openai/openai_chat.h"

static void put_message(struct jw *w, const char *role, struct str content)
{
    jw_open(w, '{');
    jw_key(w, "role");
    jw_text(w, str_of(role));
    jw_key(w, "content");
    jw_text(w, content);
    jw_close(w, '}');
}

struct str openai_chat_body(struct arena *a, const struct model_ask *ask, struct str model)
{
    struct jw w = jw_new(a);

    jw_open(&w, '{');
    jw_key(&w, "model");
    jw_text(&w, model);
    jw_key(&w, "messages");
    jw_open(&w, '[');
    put_message(&w, "system", ask->system);
    put_message(&w, "user", ask->user);
    jw_close(&w, ']');
    jw_key(&w, "max_completion_tokens");
    jw_int(&w, ask->max_tokens);
    if (!ask->plain) {
        jw_key(&w, "temperature");
        jw_int(&w, 0);
        jw_key(&w, "seed");
        jw_int(&w, 1);
    }
    jw_key(&w, "response_format");
    jw_open(&w, '{');
    jw_key(&w, "type");
    jw_text(&w, STR("json_schema"));
    jw_key(&w, "json_schema");
    jw_open(&w, '{');
    jw_key(&w, "name");
    jw_text(&w, ask->schema_name);
    jw_key(&w, "strict");
    jw_bool(&w, true);
    jw_key(&w, "schema");
    jw_raw(&w, ask->schema);
    jw_close(&w, '}');
    jw_close(&w, '}');
    jw_close(&w, '}');
    return jw_done(&w);
}

static enum model_end end_of(struct str reason, const struct json *refusal)
{
    if (json_str(refusal).n || str_is(reason, "content_filter"))
        return MODEL_REFUSED;
    return str_is(reason, "length") ? MODEL_CUT : MODEL_DONE;
}

const struct err *openai_chat_read(struct arena *a, struct str body, struct model_reply *ret)
{
    const struct json *tree, *choice, *message, *usage;
    const struct err *e = json_parse(a, body, &tree);
    struct model_reply r = {0};

    if (e)
        return e;
    choice = json_at(json_get(tree, "choices"), 0);
    message = json_get(choice, "message");
    if (json_kind(message) != J_OBJECT)
        return err_why(a, E_BAD_PAYLOAD, "The answer has no choices[0].message");
    usage = json_get(tree, "usage");
    r.text = json_text(message, "content");
    r.refusal = json_text(message, "refusal");
    r.end = end_of(json_text(choice, "finish_reason"), json_get(message, "refusal"));
    r.model = json_text(tree, "model");
    r.in_tokens = json_int(usage, "prompt_tokens", -1);
    r.out_tokens = json_int(usage, "completion_tokens", -1);
    if (r.end == MODEL_DONE && !r.text.n)
        return err_why(a, E_BAD_PAYLOAD, "The answer's choices[0].message.content is empty");
    *ret = r;
    return NULL;
}

static size_t headers(struct arena *a, struct str key, struct http_header ret[MODEL_HEADERS])
{
    size_t n = 0;

    ret[n++] = (struct http_header){STR("Content-Type"), STR("application/json")};
    if (key.n) /* a server in the house may do without */
        ret[n++] = (struct http_header){STR("Authorization"),
                                        str_fmt(a, "Bearer %.*s", STR_ARG(key))};
    return n;
}

const struct model_engine openai_chat_engine = {
    .name = "openai",
    .title = "OpenAI or a server that speaks its form",
    .version = "1",
    .notice = "Chat completions with a strict JSON schema: OpenAI itself, or a vLLM, llama.cpp or "
              "Ollama server at an address of yours. What is said in calls is sent there.",
    .default_url = "https://api.openai.com/v1",
    .path = "/chat/completions",
    .models = "gpt-4o-mini|gpt-4o|gpt-4.1-mini|gpt-4.1",
    .key_label = "API key",
    .context_tokens = 128000,
    .answer_tokens = 16000,
    .params = STR("{\"seed\":1,\"temperature\":0}"),
    .body = openai_chat_body,
    .read = openai_chat_read,
    .headers = headers,
};
