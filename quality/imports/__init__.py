"""Bringing in many rows at once: read, compared, shown, and applied in the background.

`columns.yaml` says which sheets and columns there are; `columns.register` who works on a sheet.
"""
