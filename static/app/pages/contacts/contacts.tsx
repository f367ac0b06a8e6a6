/* Contacts by name, with a search over names and companies. */
import { useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { Item } from '../../api/client';
import { refusalFor } from '../../api/session';
import { useApi } from '../../api/use-api';
import { to } from '../../routes';
import { Button, LinkButton } from '../../ui/button';
import { Page } from '../../ui/page';
import { usePaging } from '../../ui/paging';
import { Empty, Failed, Loading } from '../../ui/states';
import { DataTable, Pager, type Column } from '../../ui/table';
import './contacts.css';

type Contact = Item<'GET /contacts'>;

const columns: Column<Contact>[] = [
  { key: 'name', label: 'Name', show: (c) => c.name, phone: 'lead' },
  { key: 'company', label: 'Company', show: (c) => c.company },
  { key: 'numbers', label: 'Numbers', show: (c) => c.numbers.join(', ') },
];

export default function Contacts() {
  const { query, route } = useLocation();
  const [text, setText] = useState(query.q ?? '');
  const list = useApi(
    'GET /contacts',
    { query: { ...(query.q && { q: query.q }), cursor: query.cursor, limit: 50 } },
    true,
  );
  const paging = usePaging(list.data?.next);
  const rows = list.data?.items ?? [];
  const add = (
    <LinkButton kind="main" href={to.newContact()} why={refusalFor('calls.write')}>
      Add contact
    </LinkButton>
  );
  return (
    <Page title="Contacts" actions={add}>
      <form
        class="contact-search"
        role="search"
        aria-label="Contacts"
        onSubmit={(event) => {
          event.preventDefault();
          route(to.contacts({ q: text.trim() }));
        }}
      >
        <input
          type="search"
          aria-label="Name or company"
          placeholder="Name or company"
          maxLength={60}
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
        <Button type="submit">Search</Button>
      </form>
      {list.error && <Failed error={list.error} retry={list.reload} />}
      {!list.data && !list.error && <Loading rows={8} label="Loading contacts" />}
      {list.data && rows.length === 0 && (
        <Empty
          action={
            query.q ? <Button onClick={() => route(to.contacts())}>Show all contacts</Button> : add
          }
        >
          {query.q
            ? 'No contact has this in its name or company.'
            : 'No contacts yet: add one here, or from a call with a number nobody knows.'}
        </Empty>
      )}
      {rows.length > 0 && (
        <div class="panel">
          <DataTable
            label="Contacts"
            rows={rows}
            columns={columns}
            href={(c) => to.contact(c.id)}
          />
        </div>
      )}
      <Pager newer={paging.newer} older={paging.older} />
    </Page>
  );
}
