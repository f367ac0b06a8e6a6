/* Connecting an engine, or changing one: the fields that its kind needs. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import type { SpeechEngine, SpeechKind } from '../../api/types';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';

const empty = { name: '', base_url: '', model: '', language: '', key: '' };

export function EngineForm({
  kinds,
  of,
  onClose,
  saved,
}: {
  kinds: SpeechKind[];
  of: SpeechEngine | undefined;
  onClose: () => void;
  saved: () => void;
}) {
  const [slug, setSlug] = useState(of?.kind ?? 'openai');
  const [values, set] = useState(
    of
      ? { ...empty, name: of.name, base_url: of.base_url, model: of.model, language: of.language }
      : empty,
  );
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const kind = kinds.find((k) => k.kind === slug);
  const field = (name: keyof typeof empty) => ({
    name,
    value: values[name],
    error: error?.fields[name],
    onChange: (value: string) => set({ ...values, [name]: value }),
  });

  const save = async () => {
    setBusy(true);
    setError(undefined);
    const { name, key, ...rest } = values;
    const body = { name: name || kind?.title || slug, ...rest, ...(key ? { key } : {}) };
    try {
      if (of)
        await api('PATCH /speech-engines/{}', {
          at: [of.id],
          version: of.version,
          body: { ...body, state: of.state === 'off' ? 'off' : 'active' },
        });
      else await api('POST /speech-engines', { body: { ...body, kind: slug } });
      saved();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
      setBusy(false);
    }
  };

  return (
    <Dialog title={of ? `Edit ${of.name}` : 'Connect an engine'} onClose={onClose}>
      <form
        class="form"
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void save();
        }}
      >
        {error && (
          <p class="form-error" role="alert">
            {error.message}
          </p>
        )}
        {!of && (
          <SelectField
            label="Engine"
            name="kind"
            value={slug}
            onChange={setSlug}
            required
            error={error?.fields.kind}
            choices={kinds.map((k) => ({ value: k.kind, label: k.title }))}
          />
        )}
        {kind && <p class={slug === 'pocketsphinx' ? 'warn-ink' : 'note'}>{kind.notice}</p>}
        <TextField label="Name" {...field('name')} placeholder={kind?.title ?? ''} />
        {kind?.default_url && (
          <TextField
            label="Address"
            {...field('base_url')}
            type="url"
            placeholder={kind.default_url}
            help="Empty: the provider's own."
          />
        )}
        {kind && kind.models.length > 0 && (
          <TextField
            label="Model"
            {...field('model')}
            list={kind.models}
            placeholder={kind.models[0] ?? ''}
            help={kind.any_model ? 'One of the list, or as your server names it.' : undefined}
          />
        )}
        {kind?.takes_language && (
          <TextField
            label="Language"
            {...field('language')}
            required={kind.language_required}
            placeholder="en"
            help={
              kind.language_required
                ? 'A code like en-US.'
                : 'A code like en. Empty: the engine finds out, which takes about half a minute of speech.'
            }
          />
        )}
        {kind?.key_label && (
          <KeyField kind={kind} stored={of?.key_set ?? false} {...field('key')} />
        )}
        <div class="actions">
          <Button kind="main" type="submit" busy={busy}>
            {of ? 'Save' : 'Connect'}
          </Button>
          <Button onClick={onClose}>Cancel</Button>
        </div>
      </form>
    </Dialog>
  );
}

function KeyField({
  kind,
  stored,
  ...field
}: {
  kind: SpeechKind;
  stored: boolean;
  name: string;
  value: string;
  error: string | undefined;
  onChange: (value: string) => void;
}) {
  return (
    <TextField
      label={kind.key_label ?? 'Key'}
      {...field}
      type="password"
      autocomplete="new-password"
      required={kind.key_required && !stored}
      placeholder={stored ? '••••••••' : ''}
      help={
        stored ? 'One is stored, sealed; leave empty to keep it.' : 'Stored sealed, never shown.'
      }
    />
  );
}
