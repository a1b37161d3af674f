"""Files that a stranger might send: each with the rule that must name what is wrong with it."""
# ruff: noqa: E501 - the tables read better with a file on a line

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
HEAD = (
    f'<definitions xmlns="{BPMN}" xmlns:camunda="{CAMUNDA}" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'targetNamespace="https://zhengai.example/tests">'
)
START = '<startEvent id="start"/>'
END = '<endEvent id="end"/>'
STEP = '<userTask id="step" name="审核" camunda:candidateGroups="initiator"/>'
MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Hostile:
    """A file, made when it is needed, and `(element, rule)` of what must be found in it."""

    name: str
    make: Callable[[], bytes]
    finds: tuple[tuple[str, str], ...]


def process(body: str, attributes: str = 'id="p" name="流程" isExecutable="true"') -> bytes:
    return f"{HEAD}<process {attributes}>{body}</process></definitions>".encode()


def flow(key: str, source: str, target: str, inside: str = "") -> str:
    ends = f'sourceRef="{source}" targetRef="{target}"'
    return f'<sequenceFlow id="{key}" {ends}>{inside}</sequenceFlow>'


def line(*nodes: str) -> str:
    """Nodes in a row: each is `(id, xml)` written as xml with its id first."""
    ids = [node.split('id="')[1].split('"')[0] for node in nodes]
    flows = (flow(f"f{n}", a, b) for n, (a, b) in enumerate(pairwise(ids)))
    return "".join(nodes) + "".join(flows)


def chain(*nodes: str) -> bytes:
    return process(line(START, *nodes, END))


def good() -> bytes:
    return chain(STEP)


def when(condition: str, attributes: str = "") -> bytes:
    inside = (
        f'<conditionExpression xsi:type="tFormalExpression"{attributes}>{condition}'
        "</conditionExpression>"
    )
    split = '<exclusiveGateway id="split" default="other"/>'
    flows = flow("asked", "split", "end", inside) + flow("other", "split", "step2")
    second = STEP.replace('id="step"', 'id="step2"')
    return process(line(START, STEP, split) + second + END + flows + flow("last", "step2", "end"))


def scripted(script: str, form: str = "") -> bytes:
    mark = f' scriptFormat="{form}"' if form else ""
    return chain(f'<scriptTask id="script"{mark}><script>{script}</script></scriptTask>')


def timed(text: str, form: str = "timeDuration") -> bytes:
    inside = f"<timerEventDefinition><{form}>{text}</{form}></timerEventDefinition>"
    return chain(f'<intermediateCatchEvent id="timer">{inside}</intermediateCatchEvent>')


def dtd(declaration: str, use: str = "") -> bytes:
    return (
        b"<?xml version='1.0'?>"
        + declaration.encode()
        + good().replace(b"</process>", use.encode() + b"</process>")
    )


def laughs() -> bytes:
    lines = ["<!ENTITY l0 'haha'>"]
    lines += [f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12)]
    return dtd(f"<!DOCTYPE d [{''.join(lines)}]>", "<documentation>&l11;</documentation>")


def quadratic() -> bytes:
    entity = f"<!DOCTYPE d [<!ENTITY a '{'a' * 50_000}'>]>"
    return dtd(entity, f"<documentation>{'&a;' * 50_000}</documentation>")


def attribute_entities() -> bytes:
    entity = f"<!DOCTYPE d [<!ENTITY a '{'a' * 50_000}'>]>"
    return dtd(entity, f'<documentation id="{"&a;" * 50_000}"/>')


def nested(depth: int) -> bytes:
    opening = "".join(f'<subProcess id="s{n}">' for n in range(depth))
    return process(START + opening + "</subProcess>" * depth + END)


def crossing() -> bytes:
    inside = line('<startEvent id="s2"/>', STEP, '<endEvent id="e2"/>')
    inner = f'<subProcess id="inner">{inside}</subProcess>'
    return process(START + inner + END + flow("in", "start", "step") + flow("out", "inner", "end"))


def ring_of_gateways() -> bytes:
    gateways = "".join(f'<exclusiveGateway id="g{n}"/>' for n in range(1000))
    ring = "".join(flow(f"r{n}", f"g{n}", f"g{(n + 1) % 1000}") for n in range(1000))
    return process(
        START + gateways + END + ring + flow("a", "start", "g0") + flow("b", "g5", "end")
    )


def mesh(tag: str, width: int) -> bytes:
    """Every gateway leads to every other: as many flows as the file may hold."""
    nodes = "".join(f'<{tag} id="g{n}"/>' for n in range(width))
    flows = "".join(
        f'<sequenceFlow id="m{a}.{b}" sourceRef="g{a}" targetRef="g{b}"/>'
        for a in range(width)
        for b in range(width)
        if a != b
    )
    return process(START + nodes + END + flows + flow("a", "start", "g0") + flow("b", "g1", "end"))


def many_returns() -> bytes:
    """Thousands of steps that each may return to fifty others, in a ring."""
    back = ",".join(f"t{n}" for n in range(50))
    inside = (
        "<extensionElements><camunda:properties>"
        f'<camunda:property name="returns_to" value="{back}"/>'
        "</camunda:properties></extensionElements>"
    )
    count = 1900
    steps = "".join(
        f'<userTask id="t{n}" name="a" camunda:assignee="initiator">{inside}</userTask>'
        for n in range(count)
    )
    ring = "".join(flow(f"r{n}", f"t{n}", f"t{(n + 1) % count}") for n in range(count))
    return process(START + steps + ring + flow("a", "start", "t0"))


def small_rings() -> bytes:
    pairs = range(1400)
    tasks = "".join(STEP.replace('"step"', f'"{side}{n}"') for n in pairs for side in "ab")
    rings = "".join(
        flow(f"x{n}", f"a{n}", f"b{n}") + flow(f"y{n}", f"b{n}", f"a{n}") for n in pairs
    )
    return process(START + tasks + rings + END + flow("f", "start", "end"))


def long_conditions() -> bytes:
    text = "a == 1 and " * 24 + "b"
    inside = f"<conditionExpression>{text}</conditionExpression>"
    gates = "".join(f'<exclusiveGateway id="g{n}"/>' for n in range(2000))
    flows = "".join(flow(f"c{n}", f"g{n}", f"g{n + 1}", inside) for n in range(1999))
    return process(START + gates + END + flows + flow("a", "start", "g0"))


def plain(*finds: str) -> tuple[tuple[str, str], ...]:
    return tuple(("", rule) for rule in finds)


SECRET = '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
REMOTE = '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/evil.dtd">'
PARAMETER = '<!DOCTYPE d [<!ENTITY % x SYSTEM "http://127.0.0.1:9/evil.dtd"> %x;]>'
ALIEN = good().replace(BPMN.encode(), b"http://www.example.com/bpmn")
ACTIVITI = good().replace(CAMUNDA.encode(), b"http://activiti.org/bpmn")

BYTES = [
    Hostile("empty", bytes, plain("readable")),
    Hostile("blank", lambda: b" \n\t ", plain("readable")),
    Hostile("only_a_mark", lambda: b"\xef\xbb\xbf", plain("readable")),
    Hostile("one_byte", lambda: b"<", plain("readable")),
    Hostile("text", "不是 XML".encode, plain("readable")),
    Hostile("html", lambda: b"<html><body/></html>", plain("bpmn_namespace")),
    Hostile("truncated", lambda: good()[:-40], plain("readable")),
    Hostile("cut_in_a_letter", lambda: "<a>审".encode()[:-1], plain("readable")),
    Hostile(
        "not_utf8", lambda: good().replace("审核".encode(), b"\xc9\xf3\xba\xcb"), plain("readable")
    ),
    Hostile(
        "gbk",
        lambda: b'<?xml version="1.0" encoding="GBK"?>' + good().decode().encode("gbk"),
        plain("readable"),
    ),
    Hostile(
        "claims_gbk", lambda: b'<?xml version="1.0" encoding="GBK"?>' + good(), plain("readable")
    ),
    Hostile(
        "claims_utf7",
        lambda: b'<?xml version="1.0" encoding="UTF-7"?>+ADw-a/+AD4-',
        plain("readable"),
    ),
    Hostile(
        "claims_nothing_known",
        lambda: b'<?xml version="1.0" encoding="x-evil"?>' + good(),
        plain("readable"),
    ),
    Hostile("utf16", lambda: good().decode().encode("utf-16"), plain("readable")),
    Hostile("utf16_doctype", lambda: laughs().decode().encode("utf-16"), plain("readable")),
    Hostile("utf32", lambda: good().decode().encode("utf-32"), plain("readable")),
    Hostile("nul", lambda: good().replace("审核".encode(), b"a\0b"), plain("readable")),
    Hostile("nul_only", lambda: b"\0" * 1000, plain("readable")),
    Hostile("binary", lambda: bytes(range(256)) * 400, plain("readable")),
    Hostile("zip", lambda: b"PK\x03\x04" + bytes(2000), plain("readable")),
    Hostile(
        "control_letters",
        lambda: good().replace("审核".encode(), b"a\x08\x1b[2Jb"),
        plain("readable"),
    ),
    Hostile("two_roots", lambda: good() + good(), plain("readable")),
    Hostile("twice_the_attribute", lambda: b'<a b="1" b="2"/>', plain("readable")),
    Hostile("unbound_prefix", lambda: b"<x:definitions/>", plain("readable")),
    Hostile(
        "big_attribute", lambda: b'<a b="' + b"x" * (50 * MEGABYTE) + b'"/>', plain("readable")
    ),
    Hostile(
        "attribute_to_the_limit",
        lambda: chain(STEP.replace("审核", "x" * (4 * MEGABYTE))),
        (("step", "text_length"),),
    ),
    Hostile(
        "big_text",
        lambda: process(f"<documentation>{'x' * (20 * MEGABYTE)}</documentation>"),
        plain("readable"),
    ),
    Hostile("big_script", lambda: scripted("a = 1\n" * 700_000), (("p", "size_bounded"),)),
    Hostile("comments", lambda: good() + b"<!---->" * 700_000, plain("readable")),
    Hostile("instructions", lambda: good() + b"<?a?>" * 900_000, plain("readable")),
    Hostile(
        "cdata",
        lambda: process("<documentation>" + "<![CDATA[]]>" * 400_000 + "</documentation>"),
        plain("readable"),
    ),
    Hostile("elements", lambda: process("<a/>" * MEGABYTE), plain("readable")),
    Hostile(
        "attributes",
        lambda: process("<a " + " ".join(f'a{n}="1"' for n in range(300_000)) + "/>"),
        plain("readable"),
    ),
    Hostile(
        "namespaces",
        lambda: process("<a " + " ".join(f'xmlns:n{n}="u:{n}"' for n in range(150_000)) + "/>"),
        (("", "element_supported"),),
    ),
    Hostile(
        "namespaces_in_depth",
        lambda: b"".join(b'<a%d xmlns:n%d="u:%d">' % (n, n, n) for n in range(2000)),
        plain("readable"),
    ),
    Hostile("deep", lambda: nested(100_000), plain("readable")),
    Hostile("deep_unclosed", lambda: b"<a>" * 20_000, plain("readable")),
    Hostile(
        "character_references",
        lambda: process("<documentation>" + "&#65;" * 900_000 + "</documentation>"),
        (("p", "start_event_required"),),
    ),
    Hostile(
        "null_reference", lambda: process("<documentation>&#0;</documentation>"), plain("readable")
    ),
    Hostile(
        "unknown_entity",
        lambda: process("<documentation>&evil;</documentation>"),
        plain("readable"),
    ),
]
DECLARATIONS = [
    Hostile("any_dtd", lambda: dtd("<!DOCTYPE definitions>"), plain("no_dtd")),
    Hostile("xxe_file", lambda: dtd(SECRET, "<documentation>&x;</documentation>"), plain("no_dtd")),
    Hostile("xxe_remote", lambda: dtd(REMOTE), plain("no_dtd")),
    Hostile("xxe_parameter", lambda: dtd(PARAMETER), plain("no_dtd")),
    Hostile("laughs", laughs, plain("no_dtd")),
    Hostile("quadratic", quadratic, plain("no_dtd")),
    Hostile("attribute_entities", attribute_entities, plain("no_dtd")),
    Hostile("small_doctype", lambda: dtd("<!doctype definitions>"), plain("readable")),
    Hostile("entity_loop", lambda: dtd("<!DOCTYPE d [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>", "<a>&a;</a>"), plain("no_dtd")),
    Hostile("xinclude", lambda: process('<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>' + START), (("start", "end_event_required"),)),
]  # fmt: skip
TEXTS = [
    Hostile("groovy", lambda: scripted("new File('/x').delete()", "groovy"), (("script", "script_lines"),)),
    Hostile("python", lambda: scripted("import os; os.system('id')", "python"), (("script", "script_lines"),)),
    Hostile("javascript", lambda: scripted("java.lang.Runtime", "javascript"), (("script", "script_lines"),)),
    Hostile("unnamed_python", lambda: scripted("__import__('os').system('id')"), (("script", "script_lines"),)),
    Hostile("assigned_python", lambda: scripted("a = __import__('os')"), (("script", "script_lines"),)),
    Hostile("empty_script", lambda: scripted("\n"), (("script", "script_lines"),)),
    Hostile("dunder", lambda: when("${().__class__}"), (("asked", "condition_readable"),)),
    Hostile("hash", lambda: when("#{outcome == 'approve'}"), (("asked", "condition_readable"),)),
    Hostile("call", lambda: when("${open('/etc/passwd').read()}"), (("asked", "condition_readable"),)),
    Hostile("spel", lambda: when("${T(java.lang.Runtime).getRuntime().exec('id')}"), (("asked", "condition_readable"),)),
    Hostile("power", lambda: when("${9**9**9 > 1}"), (("asked", "condition_readable"),)),
    Hostile("lambda", lambda: when("${(lambda: 1)()}"), (("asked", "condition_readable"),)),
    Hostile("comprehension", lambda: when("${[x for x in (1,)]}"), (("asked", "condition_readable"),)),
    Hostile("format", lambda: when("${'{0.__class__}'.format(1) == ''}"), (("asked", "condition_readable"),)),
    Hostile("f_string", lambda: when("${f'{outcome}' == ''}"), (("asked", "condition_readable"),)),
    Hostile("deep_condition", lambda: when("${" + "-" * 1900 + "1}"), (("asked", "condition_readable"),)),
    Hostile("brackets", lambda: when("${" + "(" * 1000 + "}"), (("asked", "condition_readable"),)),
    Hostile("long_condition", lambda: when("${a" + " + a" * 1000 + "}"), (("asked", "condition_readable"),)),
    Hostile("groovy_condition", lambda: when("true", ' language="groovy"'), (("asked", "condition_readable"),)),
    Hostile("empty_condition", lambda: when(""), (("asked", "condition_readable"),)),
    Hostile("expression_in_a_name", lambda: chain(STEP.replace("审核", "${().__class__}")), (("step", "name_plain"),)),
    Hostile("braces_in_a_name", lambda: chain(STEP.replace("审核", "{0.__class__}").replace(' camunda:candidateGroups="initiator"', "")), (("step", "user_task_assigned"),)),
    Hostile("eternity", lambda: timed("P999999999Y"), (("timer", "timer_readable"),)),
    Hostile("forever_in_digits", lambda: timed("P" + "9" * 5000 + "D"), (("timer", "timer_readable"),)),
    Hostile("timer_expression", lambda: timed("${().__class__}"), (("timer", "timer_readable"),)),
    Hostile("timer_python", lambda: timed("__import__('os')"), (("timer", "timer_readable"),)),
    Hostile("timer_empty", lambda: timed(""), (("timer", "timer_readable"),)),
    Hostile("timer_cycle", lambda: timed("R/PT0S", "timeCycle"), (("timer", "timer_readable"),)),
    Hostile("timer_cron", lambda: timed("0 0 * * *", "timeCycle"), (("timer", "timer_readable"),)),
    Hostile("year_one", lambda: timed("0001-01-01T00:00:00+14:00", "timeDate"), (("timer", "timer_readable"),)),
    Hostile("java_class", lambda: chain('<serviceTask id="work" camunda:class="evil.Delegate"/>'), (("work", "handler_exists"), ("work", "camunda_understood"))),
    Hostile("delegate", lambda: chain('<serviceTask id="work" camunda:delegateExpression="${evil}"/>'), (("work", "camunda_understood"),)),
    Hostile("service_expression", lambda: chain('<serviceTask id="work" camunda:expression="${x.y()}"/>'), (("work", "camunda_understood"),)),
    Hostile("assignee_expression", lambda: chain('<userTask id="step" camunda:assignee="${().__class__}"/>'), (("step", "assignment_known"),)),
]  # fmt: skip
DRAWINGS = [
    Hostile("wrong_namespace", lambda: ALIEN, plain("bpmn_namespace")),
    Hostile("activiti", lambda: ACTIVITI, (("step", "camunda_understood"), ("step", "user_task_assigned"))),
    Hostile("no_process", f"{HEAD}</definitions>".encode, plain("one_process")),
    Hostile("two_processes", lambda: good().replace(b"</definitions>", b'<process id="q" isExecutable="true"/></definitions>'), (("q", "one_process"),)),
    Hostile("not_executable", lambda: process(START, 'id="p"'), (("p", "executable_process"),)),
    Hostile("no_key", lambda: process(START, 'isExecutable="true"'), (("", "process_id"),)),
    Hostile("hollow", lambda: process(""), (("p", "start_event_required"),)),
    Hostile("no_start", lambda: process(line(STEP, END)), (("p", "start_event_required"),)),
    Hostile("two_starts", lambda: process(line(START, STEP, END) + '<startEvent id="again"/>' + flow("x", "again", "step")), (("again", "start_event_required"),)),
    Hostile("dangling", lambda: process(line(START, STEP, END) + flow("x", "step", "nowhere") + flow("y", "", "end") + flow("z", "gone", "")), (("x", "flow_ends_exist"), ("y", "flow_ends_exist"), ("z", "flow_ends_exist"))),
    Hostile("duplicates", lambda: process(line(START, STEP, END) + STEP + flow("f0", "start", "step")), (("step", "id_unique"), ("f0", "id_unique"))),
    Hostile("no_ids", lambda: process("<startEvent/><userTask/><sequenceFlow/>"), (("", "id_required"),)),
    Hostile("crossing", crossing, (("in", "flow_within_scope"),)),
    Hostile("into_start", lambda: process(line(START, STEP, END) + flow("x", "step", "start")), (("x", "no_flow_into_start"),)),
    Hostile("out_of_end", lambda: process(line(START, STEP, END) + flow("x", "end", "step")), (("x", "no_flow_out_of_end"),)),
    Hostile("loose_boundary", lambda: process(line(START, STEP, END) + '<boundaryEvent id="b" attachedToRef="gone"/>'), (("b", "boundary_attached"), ("b", "event_supported"))),
    Hostile("boundary_on_end", lambda: process(line(START, STEP, END) + '<boundaryEvent id="b" attachedToRef="end"><messageEventDefinition/></boundaryEvent>' + flow("x", "step", "b")), (("b", "boundary_attached"), ("x", "boundary_attached"), ("b", "message_named"))),
    Hostile("boundary_on_itself", lambda: process(line(START, STEP, END) + '<boundaryEvent id="b" attachedToRef="b"/>'), (("b", "boundary_attached"),)),
    Hostile("long_id", lambda: chain(STEP.replace('"step"', f'"{"s" * 300_000}"')), (("s" * 200, "id_well_formed"),)),
    Hostile("strange_id", lambda: chain(STEP.replace('"step"', '"../../etc"')), (("../../etc", "id_well_formed"),)),
    Hostile("unknown_post", lambda: chain('<userTask id="step" camunda:candidateGroups="post:nobody@unit:nowhere,user:ghost"/>'), (("step", "assignment_known"),)),
    Hostile("unknown_form", lambda: chain(STEP.replace("/>", ' camunda:formRef="ghost"/>')), (("step", "form_exists"),)),
    Hostile("unknown_topic", lambda: chain('<serviceTask id="work" camunda:topic="ghost"/>'), (("work", "handler_exists"),)),
    Hostile("call_activity", lambda: chain('<callActivity id="call" calledElement="p"/>'), (("call", "call_known"),)),
    Hostile("computed_call", lambda: chain('<callActivity id="call" calledElement="${key}"/>'), (("call", "call_known"),)),
    Hostile("cycle_without_end", lambda: chain('<intermediateCatchEvent id="wait"><timerEventDefinition><timeCycle>R/PT1S</timeCycle></timerEventDefinition></intermediateCatchEvent>'), (("wait", "timer_readable"),)),
    Hostile("cycle_of_a_milliard", lambda: chain('<intermediateCatchEvent id="wait"><timerEventDefinition><timeCycle>R1000000000/PT1H</timeCycle></timerEventDefinition></intermediateCatchEvent>'), (("wait", "timer_readable"),)),
    Hostile("milliard_instances", lambda: chain('<serviceTask id="work" camunda:topic="ghost"><multiInstanceLoopCharacteristics><loopCardinality>1000000000</loopCardinality></multiInstanceLoopCharacteristics></serviceTask>'), (("work", "loop_bounded"),)),
    Hostile("power_of_instances", lambda: chain('<serviceTask id="work" camunda:topic="ghost"><multiInstanceLoopCharacteristics><loopCardinality>${9**9**9}</loopCardinality></multiInstanceLoopCharacteristics></serviceTask>'), (("work", "loop_bounded"),)),
    Hostile("link_to_itself", lambda: process('<startEvent id="start"/><intermediateCatchEvent id="in"><linkEventDefinition name="a"/></intermediateCatchEvent><intermediateThrowEvent id="out"><linkEventDefinition name="a"/></intermediateThrowEvent>' + flow("x", "start", "out") + flow("y", "in", "out")), (("in", "loop_waits"),)),
    Hostile("event_sub_process_within_itself", lambda: process(line(START, STEP, END) + '<subProcess id="a" triggeredByEvent="true"><subProcess id="b" triggeredByEvent="true"/></subProcess>'), (("a", "event_subprocess_start"), ("b", "event_subprocess_start"))),
    Hostile("endless", ring_of_gateways, (("g0", "loop_waits"),)),
    Hostile("twenty_thousand_nodes", lambda: process("".join(f'<task id="t{n}"/>' for n in range(19_990))), plain("readable")),
    Hostile("sub_processes", lambda: nested(200), (("s20", "size_bounded"),)),
    Hostile("exclusive_mesh", lambda: mesh("exclusiveGateway", 75), (("g0", "loop_waits"),)),
    Hostile("parallel_mesh", lambda: mesh("parallelGateway", 75), (("g0", "loop_waits"),)),
    Hostile("inclusive_mesh", lambda: mesh("inclusiveGateway", 51), (("g5", "size_bounded"),)),
    Hostile("many_returns", many_returns, (("t5", "returns_to_known"),)),
    Hostile("small_rings", small_rings, (("a7", "reachable_from_start"),)),
    Hostile("long_conditions", long_conditions, (("p", "size_bounded"),)),
]  # fmt: skip
ALL = [*BYTES, *DECLARATIONS, *TEXTS, *DRAWINGS]
