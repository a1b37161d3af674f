"""The kernel: what a diagram means, and what one command does to a running case.

Nothing here reads a clock, a database, a network or a file: everything comes in as arguments and
goes out as values. `lxml` and SpiffWorkflow live in this folder and nowhere else. Timers never
look at the time, they are told to fire; service tasks never call out, they wait for a job.
"""
