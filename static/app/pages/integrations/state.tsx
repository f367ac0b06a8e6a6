/* The state of an integration as a word in its colour, with the reason as a sentence. */

const bad = new Set(['failed', 'error', 'auth_failed', 'broken']);
const off = new Set(['off', 'paused', 'disabled', 'deleted']);

export function State({ state, reason }: { state: string; reason: string | null }) {
  const tone = bad.has(state) ? 'bad' : off.has(state) ? 'none' : reason ? 'warn' : 'good';
  const word = state.charAt(0).toUpperCase() + state.slice(1).replace(/_/g, ' ');
  return (
    <span class="state">
      <span class={`answer ${tone}`}>{word}</span>
      {reason && <span class="note"> {reason}</span>}
    </span>
  );
}
