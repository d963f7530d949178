import type { AppConversationStartRequest } from "../../contract/index.ts";
import { ApiError } from "../api-error.ts";
import type { Principal } from "../identity/principal.ts";
import type { Workspace } from "../runtime/runtime.ts";
import { cloneUrl } from "../sandboxes/clone-url.ts";
import type { Sandbox } from "../sandboxes/sandbox-service.ts";
import { StartFailure, branchOff, initRepository, installGitHooks, runSetupScript } from "../sandboxes/set-up.ts";
import type { StartTaskChange } from "../store/store.ts";
import type { FirstMessage } from "./agent-loops.ts";
import type { PreparedConversation } from "./conversation-service.ts";
import { readMicroagents } from "./microagents.ts";
import { shownRepository } from "./repository-name.ts";
import type { StartTask, StartTasksDeps } from "./start-tasks.ts";

/** What the start of one conversation works with. */
export interface StartContext {
  readonly principal: Principal;
  readonly task: StartTask;
  readonly signal: AbortSignal;
  /** Stores a state, and tells it. */
  readonly enter: (change: Omit<StartTaskChange, "updatedAt">) => Promise<void>;
}

/** A title is as long as one that a person would write. */
const longestTitle = 50;

const planInstructions =
  "You plan, and carry nothing out: look at the files, change none of them, and write the plan to PLAN.md.";

/** Starts a conversation, step by step: reference/v1-api.md §5. @throws when a step fails */
export async function carryOutStart(deps: StartTasksDeps, context: StartContext): Promise<void> {
  const { principal, task, signal, enter } = context;
  const { request } = task;
  const { id: sandboxId, status } = await pickSandbox(deps, context);
  await enter({ status: "WAITING_FOR_SANDBOX", sandboxId });
  if (status === "PAUSED") await deps.sandboxes.resume(principal, sandboxId);
  const workspace = await deps.runtime.open(sandboxId);
  await enter({ status: "PREPARING_REPOSITORY" });
  const repository = await prepareRepository(deps, context, workspace);
  await enter({ status: "RUNNING_SETUP_SCRIPT" });
  await runSetupScript(workspace, signal);
  await enter({ status: "SETTING_UP_GIT_HOOKS" });
  await installGitHooks(workspace, signal);
  await enter({ status: "SETTING_UP_SKILLS" });
  await readMicroagents(workspace); // a file that cannot be read is better known now than with the first message
  await enter({ status: "STARTING_CONVERSATION" });
  const conversation = conversationOf(task.conversationId, request, { sandboxId, repository });
  await deps.sandboxes.during(principal, sandboxId, () => deps.conversations.createPrepared(principal, conversation));
  await enter({ status: "READY" });
}

async function pickSandbox(
  { sandboxes }: StartTasksDeps,
  { principal, task }: StartContext,
): Promise<Pick<Sandbox, "id" | "status">> {
  const { sandbox_id } = task.request;
  if (sandbox_id === null) return sandboxes.start(principal);
  const sandbox = await sandboxes.get(principal, sandbox_id).catch((error: unknown) => {
    if (!(error instanceof ApiError)) throw error;
    throw new StartFailure(`Sandbox not found: ${sandbox_id}`, { cause: error });
  });
  return sandbox;
}

/** @returns the repository as git is to use it, a token in it included; null for none */
async function prepareRepository(
  { runtime, providerTokens }: StartTasksDeps,
  { principal, task: { request }, signal }: StartContext,
  workspace: Workspace,
): Promise<string | null> {
  const { selected_repository, selected_branch, git_provider, parent_conversation_id } = request;
  const isShared = parent_conversation_id !== null; // whose clone is there already
  if (selected_repository === null || isShared) {
    await initRepository(workspace, signal);
    return selected_repository;
  }
  const url = await cloneUrl(selected_repository, git_provider, () => providerTokens.reveal(principal.userId));
  const branch = selected_branch === null ? {} : { branch: selected_branch };
  await runtime.checkRepository(url, { ...branch, signal });
  await workspace.clone(url, { ...branch, signal });
  if (selected_branch === null) await branchOff(workspace, signal);
  return url;
}

function conversationOf(
  id: string,
  request: AppConversationStartRequest,
  { sandboxId, repository }: { readonly sandboxId: string; readonly repository: string | null },
): PreparedConversation {
  const message = firstMessage(request);
  const instructions = [request.agent_type === "plan" ? planInstructions : "", request.system_message_suffix ?? ""];
  const isName = request.selected_repository !== null && !URL.canParse(request.selected_repository);
  return {
    id,
    version: "V1",
    title: request.title ?? titleFrom(message) ?? `Conversation ${id}`,
    repository: isName ? request.selected_repository : repository,
    branch: request.selected_branch,
    gitProvider: request.git_provider,
    trigger: request.trigger,
    instructions: instructions.filter((text) => text !== "").join("\n\n") || null,
    mcpConfig: null,
    message,
    replay: [],
    sandboxId,
    parentId: request.parent_conversation_id,
    llmModel: request.llm_model,
    agentType: request.agent_type,
    prNumbers: request.pr_number,
  };
}

function firstMessage({ initial_message }: AppConversationStartRequest): FirstMessage | null {
  const parts = initial_message?.content ?? [];
  const content = parts.flatMap((part) => (part.type === "text" ? [part.text] : [])).join("\n");
  const images = parts.flatMap((part) => (part.type === "image" ? part.image_urls : []));
  return content === "" && images.length === 0 ? null : { content, images };
}

/** The beginning of what was said, cut between words. */
function titleFrom(message: FirstMessage | null): string | null {
  const [line = ""] = (message?.content ?? "").trim().split("\n");
  if (line.length <= longestTitle) return line === "" ? null : line;
  return `${line.slice(0, longestTitle).replace(/\s+\S*$/, "")}…`;
}

/** What is asked for, as it may be shown: a URL without the token in it. */
export function shownRequest(request: AppConversationStartRequest): AppConversationStartRequest {
  const { selected_repository } = request;
  return { ...request, selected_repository: selected_repository && shownRepository(selected_repository) };
}
