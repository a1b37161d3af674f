"""Tables as tests write them: small, and turned into a file as a stock modeler would save it."""

from __future__ import annotations

from xml.sax.saxutils import escape, quoteattr

HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"'
    ' xmlns:camunda="http://camunda.org/schema/1.0/dmn" id="drg" name="drg"'
    ' namespace="http://camunda.org/schema/1.0/dmn" exporter="Camunda Modeler">'
)


def file(*decisions: str, types: str = "") -> bytes:
    """A file of decisions."""
    return f"{HEAD}{types}{''.join(decisions)}</definitions>".encode()


def table(
    inputs,
    outputs,
    rows,
    *,
    policy="UNIQUE",
    aggregation="",
    key="t",
    requires=(),
    variable="",
):
    """A decision. Columns are `name` or `name:type` or `name:type:allowed`; rows are texts."""
    parts = [f"<decision id={quoteattr(key)} name={quoteattr(key)}>"]
    if variable:
        parts.append(f'<variable id="v_{key}" name={quoteattr(variable)}/>')
    for number, needed in enumerate(requires):
        parts.append(
            f'<informationRequirement id="need_{key}_{number}">'
            f'<requiredDecision href="#{needed}"/></informationRequirement>'
        )
    more = f" aggregation={quoteattr(aggregation)}" if aggregation else ""
    parts.append(f'<decisionTable id="table_{key}" hitPolicy={quoteattr(policy)}{more}>')
    for number, column in enumerate(inputs):
        name, kind, allowed = _column(column)
        parts.append(
            f'<input id="i_{key}_{number}" label={quoteattr(name)} camunda:inputVariable="x">'
            f'<inputExpression id="e_{key}_{number}" typeRef={quoteattr(kind)}>'
            f"<text>{escape(name)}</text></inputExpression>"
            f"{_values('inputValues', allowed)}</input>"
        )
    for number, column in enumerate(outputs):
        name, kind, allowed = _column(column)
        parts.append(
            f'<output id="o_{key}_{number}" name={quoteattr(name)} typeRef={quoteattr(kind)}>'
            f"{_values('outputValues', allowed)}</output>"
        )
    for number, row in enumerate(rows):
        cells = [
            f"<{'inputEntry' if place < len(inputs) else 'outputEntry'}>"
            f"<text>{escape(text)}</text>"
            f"</{'inputEntry' if place < len(inputs) else 'outputEntry'}>"
            for place, text in enumerate(row)
        ]
        parts.append(f'<rule id="r_{key}_{number}">{"".join(cells)}</rule>')
    return "".join([*parts, "</decisionTable></decision>"])


def _column(text):
    name, kind, allowed = ([*text.split(":", 2), "", ""])[:3]
    return name, kind, allowed


def _values(tag, text):
    return f"<{tag}><text>{escape(text)}</text></{tag}>" if text else ""
