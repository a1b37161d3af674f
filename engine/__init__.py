"""The workflow engine. It knows no web framework and no college.

Pure, at the bottom: `expressions`, `bpmn` (what a diagram does), `forms` (what a form is).
Stored: `db`, `models`. What can be done: `instances` (the one door), `tasks`, `definitions`,
`jobs`, `incidents`. What can be shown: `queries`, `replay`, `eventlog`.
"""
