// Several commands as one: one step of undo for one act of a person.

class Together {
  constructor(commandStack) {
    this.commandStack = commandStack;
  }

  preExecute({ commands }) {
    for (const [command, context] of commands) this.commandStack.execute(command, context);
  }
}
Together.$inject = ["commandStack"];

class Register {
  constructor(commandStack) {
    commandStack.registerHandler("zg.together", Together);
  }
}
Register.$inject = ["commandStack"];

export default { __init__: ["zgTogether"], zgTogether: ["type", Register] };
