// Steps wide enough for a Chinese name on one line.

import ElementFactory from "bpmn-js/lib/features/modeling/ElementFactory";

const STEP = { width: 140, height: 64 };
const STEPS = /^bpmn:((User|Manual|Service|Send|Receive|Script|BusinessRule)Task|CallActivity)$/;

class Sizes extends ElementFactory {
  getDefaultSize(element, di) {
    return STEPS.test(element.$type) ? { ...STEP } : super.getDefaultSize(element, di);
  }
}
Sizes.$inject = ElementFactory.$inject;

export default { elementFactory: ["type", Sizes] };
