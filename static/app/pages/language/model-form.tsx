/* Connecting a language engine, or changing one. */
import { useState } from 'preact/hooks';
import { ApiError, api } from '../../api/client';
import type { LanguageEngine, LanguageKind } from '../../api/types';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { SelectField, TextField } from '../../ui/field';

export function ModelForm({
  kinds,
  of,
  onClose,
  saved,
}: {
  kinds: LanguageKind[];
  of: LanguageEngine | undefined;
  onClose: () => void;
  saved: () => void;
}) {
  const [slug, setSlug] = useState(of?.kind ?? 'openai');
  const [values, set] = useState({
    name: of?.name ?? '',
    base_url: of?.base_url ?? '',
    model: of?.model ?? '',
    context_tokens: of?.context_tokens ? String(of.context_tokens) : '',
    key: '',
  });
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const kind = kinds.find((k) => k.kind === slug);
  const field = (name: keyof typeof values) => ({
    name,
    value: values[name],
    error: error?.fields[name],
    onChange: (value: string) => set({ ...values, [name]: value }),
  });

  const save = async () => {
    setBusy(true);
    setError(undefined);
    const { name, key, context_tokens, ...rest } = values;
    const body = {
      ...rest,
      name: name || kind?.title || slug,
      context_tokens: Number(context_tokens.replace(/\s/g, '')) || 0,
      ...(key ? { key } : {}),
    };
    try {
      if (of)
        await api('PATCH /language-engines/{}', {
          at: [of.id],
          version: of.version,
          body: { ...body, state: of.state === 'off' ? 'off' : 'active' },
        });
      else await api('POST /language-engines', { body: { ...body, kind: slug } });
      saved();
    } catch (e) {
      setError(e instanceof ApiError ? e : new ApiError(0, '', String(e)));
      setBusy(false);
    }
  };

  return (
    <Dialog title={of ? `Edit ${of.name}` : 'Connect a language engine'} onClose={onClose}>
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
        {kind && <p class="note">{kind.notice}</p>}
        <TextField label="Name" {...field('name')} placeholder={kind?.title ?? ''} />
        <TextField
          label="Address"
          {...field('base_url')}
          type="url"
          placeholder={kind?.default_url ?? ''}
          help="Empty: the provider's own."
        />
        <TextField
          label="Model"
          {...field('model')}
          list={kind?.models ?? []}
          placeholder={kind?.models[0] ?? ''}
          help="One of the list, or as your server names it. Scores pin it."
        />
        <TextField
          label="Context in tokens"
          {...field('context_tokens')}
          placeholder={String(kind?.context_tokens ?? '')}
          help="What the model takes at a time. Longer calls go in parts. A server in the house often takes 8192."
        />
        <TextField
          label={kind?.key_label ?? 'Key'}
          {...field('key')}
          type="password"
          autocomplete="new-password"
          required={Boolean(kind?.key_required && !of?.key_set)}
          placeholder={of?.key_set ? '••••••••' : ''}
          help={
            of?.key_set
              ? 'One is stored, sealed; leave empty to keep it.'
              : 'Stored sealed, never shown.'
          }
        />
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
