import { parametersIn, successOf } from "./operations.ts";
import type { Operation } from "./operations.ts";

/**
 * The operations that recipes ask for by their id. Everything else about the API is read from the documents; a document
 * without one of these can be judged too, but cases that need the missing one fail and name it.
 */
export const knownOperations = {
  login: "sessions.login",
  logout: "sessions.logout",
  createApiKey: "apiKeys.create",
  oidcCallback: "oidc.callback",
  readConversation: "conversations.get",
  renameConversation: "conversations.rename",
  stopConversation: "conversations.stop",
  deleteConversation: "conversations.delete",
  addEvent: "events.add",
  uploadFiles: "files.upload",
  compareFile: "git.diff",
  uploadSandboxFile: "sandboxFiles.upload",
  compareSandboxFile: "sandboxGit.diff",
  readSettings: "settings.get",
  listModels: "options.models",
  addProviders: "providers.add",
  unsetProviders: "providers.unset",
  getSecret: "webhooks.secret",
  startConversation: "appConversations.start",
  streamStart: "appConversations.streamStart",
  getStartTasks: "startTasks.getMany",
  getAppConversations: "appConversations.getMany",
  respondToConfirmation: "agentControl.respondToConfirmation",
} as const;

/** The model, and what it is asked for, that shows every type of event. The example of the settings names the model. */
export const showcase = { model: "test/tools", message: "show every event type" } as const;

/** The `status` of a conversation that takes actions. */
export const runningStatus = "RUNNING";

/** Whether nobody but a person at the OpenID provider's page, or an agent with a token of the server's, can make it succeed. */
export function needsOthers({ id }: Operation): boolean {
  return id === knownOperations.oidcCallback || id === knownOperations.getSecret;
}

/** Whether it answers an agent that waits for the user's consent. */
export function answersConsent({ id }: Operation): boolean {
  return id === knownOperations.respondToConfirmation;
}

/** Whether it answers with a task in whose course a conversation comes to be, which an answer need not wait for. */
export function startsInBackground({ id }: Operation): boolean {
  return id === knownOperations.startConversation || id === knownOperations.streamStart;
}

/** Operations that leave what they are called on in no state to be used by the next case. */
export function usesUp(operation: Operation): boolean {
  return removes(operation) || operation.id === knownOperations.stopConversation;
}

/** Operations after which nothing has the id any more that they were called on: a link gives a renamed thing its new one. */
export function removes(operation: Operation): boolean {
  const own = parametersIn(operation, "path").map(({ name }) => name);
  const links = successOf(operation)?.links ?? [];
  return operation.method === "DELETE" || links.some(({ parameter }) => own.includes(parameter));
}
