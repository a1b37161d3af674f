// Several commands as one: one step of undo for one act of a person.

class Together {
  preExecute({ act }) {
    act();
  }
}

class Register {
  constructor(commandStack) {
    commandStack.registerHandler("zg.together", Together);
  }
}
Register.$inject = ["commandStack"];

export default { __init__: ["zgTogether"], zgTogether: ["type", Register] };
