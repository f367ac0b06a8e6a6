/* A new card: from one of the templates, from a file, or from a single empty question. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import { ApiError, api } from '../../api/client';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button } from '../../ui/button';
import { Dialog } from '../../ui/dialog';
import { TextField } from '../../ui/field';
import { plural } from '../../ui/format';
import { Failed, Loading } from '../../ui/states';
import { accepted, importFile } from './import-file';
import { questionsOf } from './model';

const empty = {
  sections: [
    { name: 'Opening', questions: [{ key: 'question', text: 'New question', weight: 10 }] },
  ],
};

/** Stands beside the templates' slugs. */
const FILE = ' file';

export function NewCard({ onClose }: { onClose: () => void }) {
  const { route } = useLocation();
  const templates = useApi('GET /scorecard-templates');
  const [slug, setSlug] = useState('');
  const [name, setName] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const [file, setFile] = useState<File>();
  const chosen = templates.data?.items.find((t) => t.slug === slug);

  const draft = async () => {
    const title = name.trim();
    if (slug === FILE) {
      if (!file) throw new Error('Choose the file first.');
      return importFile(file, title);
    }
    const { id } = await api('POST /scorecards', {
      body: slug
        ? { template: slug, ...(title ? { name: title } : {}) }
        : { body: { ...empty, name: title || 'New scorecard' } },
    });
    return id;
  };
  const make = async () => {
    if (busy) return;
    setBusy(true);
    setError(undefined);
    try {
      route(to.editScorecard(await draft()));
    } catch (e) {
      setError(
        e instanceof ApiError ? e : new ApiError(0, '', e instanceof Error ? e.message : String(e)),
      );
      setBusy(false);
    }
  };

  return (
    <Dialog title="New scorecard" onClose={onClose}>
      <form
        class="form part"
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        {error && (
          <p class="form-error" role="alert">
            {error.message} {Object.values(error.fields).join(' ')}
          </p>
        )}
        {templates.error && <Failed error={templates.error} retry={templates.reload} />}
        {templates.loading && <Loading rows={4} label="Loading templates" />}
        <fieldset class="options templates">
          <legend>Begin with</legend>
          {templates.data?.items.map((t) => (
            <label key={t.slug}>
              <input
                type="radio"
                name="template"
                value={t.slug}
                checked={t.slug === slug}
                onChange={() => setSlug(t.slug)}
              />
              <span>
                {t.body.name}
                <span class="note"> {plural(questionsOf(t.body).length, 'question')}</span>
              </span>
            </label>
          ))}
          <label>
            <input
              type="radio"
              name="template"
              value=""
              checked={slug === ''}
              onChange={() => setSlug('')}
            />
            An empty card
          </label>
          <label>
            <input
              type="radio"
              name="template"
              value={FILE}
              checked={slug === FILE}
              onChange={() => setSlug(FILE)}
            />
            A file (YAML, JSON, CSV, XLSX)
          </label>
        </fieldset>
        {slug === FILE && (
          <div class="field">
            <label for="card-file">File</label>
            <input
              id="card-file"
              type="file"
              accept={accepted}
              onChange={(event) => setFile(event.currentTarget.files?.[0])}
            />
          </div>
        )}
        <TextField
          label="Name"
          name="name"
          value={name}
          onChange={setName}
          placeholder={chosen?.body.name ?? 'New scorecard'}
          error={error?.fields.name}
        />
        <Button type="submit" kind="main" busy={busy}>
          Make a draft
        </Button>
      </form>
    </Dialog>
  );
}
