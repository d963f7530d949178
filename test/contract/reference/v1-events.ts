import { holds, may } from "./field.ts";
import type { Fields } from "./field.ts";

/** reference/v1-api.md §10.1. */
export const v1Common: Fields = {
  id: holds("string"),
  timestamp: holds("string"),
  source: holds("string"),
  kind: holds("string"),
};

const reasoning: Fields = {
  reasoning_content: holds("string|null"),
  thinking_blocks: holds("object[]"),
  responses_reasoning_item: holds("object|null"),
};

const call: Fields = { tool_name: holds("string"), tool_call_id: holds("string") };

/** reference/v1-api.md §10.3. */
export const v1Message: Fields = {
  role: holds("string"),
  content: may("object[]", []),
  cache_enabled: may("boolean", false),
  vision_enabled: may("boolean", false),
  function_calling_enabled: may("boolean", false),
  force_string_serializer: may("boolean", false),
  send_reasoning_content: may("boolean", false),
  tool_calls: may("object[]|null"),
  tool_call_id: may("string|null"),
  name: may("string|null"),
  ...reasoning,
};

/** reference/v1-api.md §10.2: the 14 kinds with the fields that each has besides the common ones. */
export const v1Kinds: Readonly<Record<string, Fields>> = {
  SystemPromptEvent: { system_prompt: holds("object"), tools: holds("object[]") },
  MessageEvent: {
    llm_message: holds("object"),
    llm_response_id: may("string|null"),
    activated_skills: may("string[]", []),
    extended_content: may("object[]", []),
    sender: may("string|null"),
  },
  ActionEvent: {
    thought: holds("object[]"),
    ...reasoning,
    action: holds("object|null"),
    ...call,
    tool_call: holds("object", {
      id: holds("string"),
      name: holds("string"),
      arguments: holds("string"),
      origin: holds("string"),
    }),
    llm_response_id: holds("string"),
    security_risk: may("SecurityRisk", "UNKNOWN"),
  },
  ObservationEvent: { ...call, observation: holds("object"), action_id: holds("string") },
  UserRejectObservation: {
    ...call,
    action_id: holds("string"),
    rejection_reason: may("string", "User rejected the action"),
  },
  AgentErrorEvent: { ...call, error: holds("string") },
  ConversationErrorEvent: { code: holds("string"), detail: holds("string") },
  ConversationStateUpdateEvent: { key: holds("string"), value: holds("any") },
  PauseEvent: {},
  Condensation: {
    forgotten_event_ids: may("string[]", []),
    summary: may("string|null"),
    summary_offset: may("integer|null"),
    llm_response_id: holds("string"),
  },
  CondensationRequest: {},
  CondensationSummaryEvent: { summary: holds("string") },
  LLMCompletionLogEvent: {
    filename: holds("string"),
    log_data: holds("string"),
    model_name: may("string", "unknown"),
    usage_id: may("string", "default"),
  },
  TokenEvent: { prompt_token_ids: holds("integer[]"), response_token_ids: holds("integer[]") },
};

const editorAction: Fields = {
  command: holds("string"),
  path: holds("string"),
  file_text: may("string|null"),
  old_str: may("string|null"),
  new_str: may("string|null"),
  insert_line: may("integer|null"),
  view_range: may("integer[]|null"),
};

/** reference/v1-api.md §11: what each tool is called with. */
export const v1ToolActions: Readonly<Record<string, Fields>> = {
  TerminalAction: {
    command: holds("string"),
    is_input: may("boolean", false),
    timeout: may("number|null"),
    reset: may("boolean", false),
  },
  FileEditorAction: editorAction,
  PlanningFileEditorAction: editorAction,
  TaskTrackerAction: {
    command: may("TaskTrackingCommand", "view"),
    task_list: may("object[]", [], {
      title: holds("string"),
      notes: holds("string"),
      status: holds("TaskStatus"),
    }),
  },
  FinishAction: { message: holds("string") },
  ThinkAction: { thought: holds("string") },
  GlobAction: { pattern: holds("string"), path: may("string|null") },
  GrepAction: { pattern: holds("string"), path: may("string|null"), include: may("string|null") },
  DelegateAction: {
    command: holds("string"),
    ids: may("string[]|null"),
    agent_types: may("string[]|null"),
    tasks: may("object|null"),
  },
  BrowserNavigateAction: { url: holds("string"), new_tab: may("boolean", false) },
  BrowserClickAction: { index: holds("integer"), new_tab: may("boolean", false) },
  BrowserTypeAction: { index: holds("integer"), text: holds("string") },
  BrowserGetStateAction: { include_screenshot: may("boolean", false) },
  BrowserGetContentAction: { extract_links: may("boolean", false), start_from_char: may("integer", 0) },
  BrowserScrollAction: { direction: may("string", "down") },
  BrowserGoBackAction: {},
  BrowserListTabsAction: {},
  BrowserSwitchTabAction: { tab_id: holds("string") },
  BrowserCloseTabAction: { tab_id: holds("string") },
  MCPToolAction: { data: holds("object") },
};

const editorObservation: Fields = {
  command: holds("string"),
  path: holds("string|null"),
  prev_exist: may("boolean", true),
  old_content: may("string|null"),
  new_content: may("string|null"),
};

/** reference/v1-api.md §11: what each tool answers, besides `content` and `is_error`. */
export const v1ToolObservations: Readonly<Record<string, Fields>> = {
  TerminalObservation: {
    command: holds("string|null"),
    exit_code: may("integer|null"),
    timeout: may("boolean", false),
    metadata: holds("object", {
      exit_code: holds("integer"),
      pid: holds("integer"),
      username: holds("string|null"),
      hostname: holds("string|null"),
      working_dir: holds("string|null"),
      py_interpreter_path: holds("string|null"),
      prefix: holds("string"),
      suffix: holds("string"),
    }),
  },
  FileEditorObservation: editorObservation,
  PlanningFileEditorObservation: editorObservation,
  TaskTrackerObservation: { command: holds("TaskTrackingCommand"), task_list: holds("object[]") },
  FinishObservation: {},
  ThinkObservation: {},
  GlobObservation: {
    files: holds("string[]"),
    pattern: holds("string"),
    search_path: holds("string"),
    truncated: may("boolean", false),
  },
  GrepObservation: {
    matches: holds("string[]"),
    pattern: holds("string"),
    search_path: holds("string"),
    include_pattern: holds("string|null"),
    truncated: may("boolean", false),
  },
  DelegateObservation: { command: holds("string") },
  BrowserObservation: { screenshot_data: may("string|null") },
  MCPToolObservation: { tool_name: holds("string") },
};
