/* A new contact, mostly from a call that brought a number nobody knew. */
import { useLocation } from 'preact-iso';
import { api } from '../../api/client';
import { refusalFor } from '../../api/session';
import { to } from '../../routes';
import { Page, Panel } from '../../ui/page';
import { toast } from '../../ui/toast';
import { ContactForm, numbersOf } from './contact-form';

export default function NewContact() {
  const { query, route } = useLocation();
  return (
    <Page title="New contact" above={{ href: to.contacts(), label: 'Contacts' }}>
      <Panel class="connect">
        <ContactForm
          first={{
            name: query.name ?? '',
            company: '',
            numbers: query.number ?? '',
            notes: '',
          }}
          action="Add contact"
          why={refusalFor('calls.write')}
          save={async (v) => {
            const { id } = await api('POST /contacts', {
              body: {
                name: v.name,
                company: v.company,
                notes: v.notes,
                numbers: numbersOf(v.numbers),
                ...(query.call && { call: query.call }),
              },
            });
            toast('Added.');
            route(query.call ? to.call(query.call) : to.contact(id));
          }}
        />
      </Panel>
    </Page>
  );
}
