/* Editing a draft, beside what it would say of a past call. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { useLocation, useRoute } from 'preact-iso';
import { ApiError, api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { Confirm } from '../../ui/dialog';
import { Page, Panel } from '../../ui/page';
import { Failed, Loading } from '../../ui/states';
import { toast } from '../../ui/toast';
import { CardHead } from './card-head';
import { addSection, type Body, type Card, type Errors } from './model';
import { SectionEditor } from './section-editor';
import { TryOut } from './try-out';
import './editor.css';
import './scorecards.css';

const above = { href: to.scorecards(), label: 'Scorecards' };

export default function EditScorecard() {
  const { params } = useRoute();
  const found = useApi('GET /scorecards/{}', { at: [params.id ?? ''] });
  const card = found.data;
  if (!card || card.state !== 'draft')
    return (
      <Page title="Edit scorecard" above={above}>
        {found.error ? (
          <Failed error={found.error} retry={found.reload} />
        ) : !card ? (
          <Loading label="Loading the draft" />
        ) : (
          <Panel class="notice">
            <p>This version is {card.state} and stays as it is.</p>
            <LinkButton href={to.scorecard(card.id)}>Show it</LinkButton>
          </Panel>
        )}
      </Page>
    );
  return <Editor key={card.id} card={card} />;
}

function Editor({ card }: { card: Card }) {
  const { route } = useLocation();
  const [body, setBody] = useState<Body>(card.body);
  const [saved, setSaved] = useState({ body: card.body, revision: card.revision });
  const [errors, setErrors] = useState<Errors>({});
  const [message, setMessage] = useState('');
  const [busy, setBusy] = useState(false);
  const [open, setOpen] = useState('');
  const [dropping, setDropping] = useState(false);
  const dirty = body !== saved.body;

  /* Runs one step with the server; what it refuses lands at its field. */
  const act = async (step: () => Promise<void>) => {
    if (busy) return;
    setBusy(true);
    setErrors({});
    setMessage('');
    try {
      await step();
    } catch (e) {
      if (e instanceof ApiError) setErrors(e.fields);
      setMessage(e instanceof ApiError ? e.message : String(e));
    }
    setBusy(false);
  };
  const store = async () => {
    if (!dirty) return saved.revision;
    await api('PATCH /scorecards/{}', { at: [card.id], body: { body }, version: saved.revision });
    setSaved({ body, revision: saved.revision + 1 });
    return saved.revision + 1;
  };
  const save = () => void act(async () => void (await store()));
  const publish = () =>
    void act(async () => {
      const version = await store();
      await api('POST /scorecards/{}/publish', { at: [card.id], version });
      toast(`Version ${card.version} is published.`);
      route(to.scorecard(card.id));
    });
  const drop = () =>
    void act(async () => {
      await api('DELETE /scorecards/{}', { at: [card.id] });
      route(to.scorecards());
    });

  const latest = useRef(save);
  latest.current = save;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key !== 's') return;
      event.preventDefault();
      latest.current();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    addEventListener('beforeunload', warn);
    return () => removeEventListener('beforeunload', warn);
  }, [dirty]);

  return (
    <Page
      class="card-editor"
      title={body.name || 'Scorecard'}
      above={above}
      actions={
        <>
          <span class="note" role="status">
            {dirty ? 'Not saved yet' : `Draft of version ${card.version}, saved`}
          </span>
          <Button onClick={() => setDropping(true)}>Drop draft</Button>
          <Button onClick={save} busy={busy} title="Ctrl S">
            Save
          </Button>
          <Button kind="main" onClick={publish} busy={busy} why={refusalFor('scorecards.publish')}>
            Publish
          </Button>
        </>
      }
    >
      {message && (
        <p class="form-error" role="alert">
          {message} {errors.agreement && <a href={to.agreement(card.id)}>See the agreement</a>}
        </p>
      )}
      <div class="edit-grid">
        <div class="edit-side">
          <CardHead body={body} errors={errors} onChange={setBody} />
          {body.sections.map((_, n) => (
            <SectionEditor
              key={n}
              body={body}
              at={n}
              errors={errors}
              open={open}
              setOpen={setOpen}
              onChange={setBody}
            />
          ))}
          <div>
            <Button onClick={() => setBody(addSection(body))}>Add a section</Button>
          </div>
        </div>
        <TryOut body={body} />
      </div>
      {dropping && (
        <Confirm
          title="Drop this draft?"
          text="What is published stays as it is; the changes of this draft are gone."
          action="Drop draft"
          busy={busy}
          onYes={drop}
          onClose={() => setDropping(false)}
        />
      )}
    </Page>
  );
}
