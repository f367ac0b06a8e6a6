drop table call_note, contact_number, contact;
