"""What a form is: read, drawn, filled, checked and compared. Pure: no database, no Flask.

Definition: `source` and `load` read form-js JSON into `model`; `patterns`, `feel` and `conditions`
are its fences. Filling: `posted` reads a browser's form, `validation` checks it through the
marshmallow schemas of `schema` and the field types of `fieldtypes`, `rows` and `rights` say what
this person may change. Showing: `view` says what a template draws, `changes` what differs.
"""
