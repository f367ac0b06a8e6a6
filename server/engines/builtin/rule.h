/* The rule language of scorecard questions: what code can decide, code decides. A rule is a JSON
 * object of one of these forms.
 *
 * Something is said, or must not be:
 *   {"said": ["call|line ~4 record*", ...], "by": "agent"}
 *   {"not_said": ["i guarantee", ...], "by": "agent"}
 * phrases are written as in phrase.h; one of the list is enough. Beside them may stand
 *   by              "agent" (if left out), "customer" or "anyone"
 *   within_first_s  only in the first N seconds, counted from the first word spoken by anyone
 *   within_last_s   only in the last N seconds, counted back from the last word spoken by anyone
 *   at_least        how often it must be said (1)
 *   gap             words that may lie between any two words of a phrase (0..5, default 0)
 *   quote           words of the same clause to cite behind a match (0..12, default 0)
 *   unless          phrases that void a match they overlap or directly precede (up to 4 words
 *                   before it): "not|never|cannot" before "guarantee"
 *   after           {"said": [...], "by": "customer"}: only what answers that. No such words: N/A
 *   within_turns    with after: within the next N turns of the answering side (3)
 *   each            with after: true if every occurrence must be answered; some answered: partly
 *   before          {"said": [...], ...}: must be said before the first of those words; said only
 *                   later: partly
 *
 * Something is measured:
 *   {"measure": "agent_share_bp", "min": 2500, "max": 6500, "partly_min": 2000, "partly_max": 7500}
 * agent_share_bp, longest_silence_ms, silence_ms, overlap_ms, longest_monologue_ms,
 * interruptions_by_agent, interruptions_by_customer, agent_wpm, customer_wpm, questions_by_agent.
 * Bounds are inclusive; outside them but inside the partly bounds: partly. What needs both sides
 * told apart is "not assessed" where they are not.
 *
 * Several together:
 *   {"all": [rule, ...], "partly_from": 1}   every one; partly_from or more of them: partly
 *   {"any": [rule, ...]}                     one of them; else partly if one is partly
 *   {"none": [rule, ...]}                    not one of them, not even partly
 * Children that are N/A or not assessed do not count; if none counts, neither does the whole.
 *
 * Every rule may carry
 *   name     what it looks for, for the reason: "Own name" gives "Own name not said in the first
 *            30 seconds (rule)"
 *   when     a rule; if it does not hold (yes or partly) the question is N/A
 *   directions  ["inbound", ...]: calls of other directions are N/A
 *   partly   a rule that, where this one says no, still gives partly
 *
 * At most 8 levels, 64 rules, 64 phrases in a list, 32 KB. Unknown members are refused. */
#ifndef RINGSIGHT_ENGINES_BUILTIN_RULE_H
#define RINGSIGHT_ENGINES_BUILTIN_RULE_H

#include "core/json.h"
#include "engines/builtin/heard.h"

struct rule;

#define RULE_MAX_SIZE (32u << 10)

/* Reads a rule. E_BAD_INPUT; the why begins with the field: "rule.all[1].said[0]: ...". */
const struct err *rule_parse(struct arena *a, struct str text,
                             const struct rule **ret_rule) MUST_USE;
/* The same from a tree already parsed (it must outlive the rule); `field` names it in errors. */
const struct err *rule_from_json(struct arena *a, const struct json *tree, struct str field,
                                 const struct rule **ret_rule) MUST_USE;

/* What the rule says of a conversation; `m` holds its measures (measure.h). Fills in answer,
 * reason, spans and by_rule; the key stays. Yes and partly cite what was said; what rests on
 * absence or on a measure cites nothing. */
void rule_judge(struct arena *a, const struct rule *r, const struct heard *h,
                const struct analysis *m, struct verdict *ret_verdict);

#endif
