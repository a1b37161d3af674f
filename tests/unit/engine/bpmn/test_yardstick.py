"""The yardstick of the benchmark does what it says: one step of the stock library, from JSON."""

import json

from engine.bpmn import yardstick
from tests.integration.engine.flow import chain, step


def test_the_library_takes_one_step_and_writes_the_whole_case_as_often_as_asked():
    once = yardstick.round_trip(chain("measured", step("one"), step("two")))
    for _round in range(2):
        tasks = json.loads(once())["tasks"].values()
        states = {task["task_spec"]: task["state"] for task in tasks}
        assert states["one"] > states["two"]
