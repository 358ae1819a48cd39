/** Generated from the message classes of the Python package: `tutor catalogue` writes it. Do not edit. */

export interface AuthorView {
  kind: "student" | "teacher" | "tutor" | "system";
  id?: string | null;
  name?: string | null;
}

export interface Bye {
  code: string;
  after_ms: number;
}

export interface ChangePassword {
  current_password: string;
  new_password: string;
}

export interface ClassRoster {
  class: ClassView;
  students: MemberView[];
}

export interface ClassView {
  id: string;
  name: string;
  subject: string | null;
  grade: number | null;
  code: string | null;
  teachers: string[];
  students: number;
  created_at: string;
}

export interface Classes {
  items: ClassView[];
  next?: string | null;
}

export interface CloseConversation {
  conversation_id: string;
}

export interface ContinueReply {
  conversation_id: string;
  reply_id: string;
}

export interface ConversationChanged {
  conversation: ConversationView;
}

export interface ConversationTop {
  conversation_id: string;
  seq: number;
  reply: UnfinishedReply | null;
}

export interface ConversationView {
  id: string;
  student_id: string;
  title: string;
  subject: "math" | "physics" | "chemistry" | "biology" | "chinese" | "english" | "history" | "geography" | "politics" | "other";
  grade: number;
  mode: "guide" | "explain";
  last_seq: number;
  archived: boolean;
  deleted: boolean;
  created_at: string;
  updated_at: string;
}

export interface Conversations {
  items: ConversationView[];
  next: string | null;
}

export interface CreateClass {
  name: string;
  subject?: string | null;
  grade?: number | null;
}

export interface CreateConversation {
  client_id: string;
  subject?: "math" | "physics" | "chemistry" | "biology" | "chinese" | "english" | "history" | "geography" | "politics" | "other";
  grade?: number | null;
  mode?: "guide" | "explain";
  title?: string | null;
}

export interface Hit {
  conversation: ConversationView;
  message_id: string | null;
  seq: number | null;
  excerpt: string;
}

export interface Hits {
  items: Hit[];
}

export interface Invited {
  code: string;
  expires_at: string;
}

export interface JoinClass {
  code: string;
}

export interface ListConversations {
  archived?: boolean;
  cursor?: string | null;
  limit?: number;
}

export interface ListMessages {
  after_seq?: number | null;
  before_seq?: number | null;
  limit?: number;
}

export interface Me {
  user: UserView;
}

export interface MemberView {
  id: string;
  display_name: string;
  grade: number | null;
}

export interface MessageAdded {
  conversation_id: string;
  message: MessageView;
}

export interface MessageChanged {
  conversation_id: string;
  message: MessageView;
}

export interface MessageSent {
  message: MessageView;
  reply: ReplyTicket | null;
}

export interface MessageView {
  id: string;
  seq: number;
  conversation_id: string;
  client_id: string;
  author: AuthorView;
  text: string;
  state: "sent" | "queued" | "running" | "complete" | "stopped" | "interrupted" | "failed";
  created_at: string;
  reply?: ReplyView | null;
}

export interface Messages {
  items: MessageView[];
  next: number | null;
}

export type Nothing = Record<string, never>;

export interface OneClass {
  class: ClassView;
}

export interface OneConversation {
  conversation: ConversationView;
}

export interface OneMessage {
  message: MessageView;
}

export interface OneReply {
  reply: ReplyTicket;
}

export interface OpenConversation {
  conversation_id: string;
  after_seq?: number | null;
  reply?: RunningReply | null;
}

export interface Opened {
  conversation: ConversationView;
  messages: MessageView[];
  reply?: OpenedReply | null;
  present: PresentView[];
}

export interface OpenedReply {
  id: string;
  state: "sent" | "queued" | "running" | "complete" | "stopped" | "interrupted" | "failed";
  parts?: PartView[] | null;
  text?: string | null;
  next_part: number;
}

export interface PartView {
  part: number;
  text: string;
}

export interface PresenceChanged {
  conversation_id: string;
  present: PresentView[];
}

export interface PresentView {
  id: string;
  name: string;
  role: "student" | "teacher";
}

export interface RateReply {
  conversation_id: string;
  reply_id: string;
  rating: "up" | "down" | null;
}

export interface Refresh {
  refresh_token?: string | null;
}

export interface Register {
  username: string;
  email: string;
  password: string;
  display_name: string;
  grade?: number | null;
  language?: "zh" | "en" | null;
  invitation?: string | null;
}

export interface RenewSession {
  token: string;
}

export interface Renewed {
  expires_in: number;
}

export interface ReplyDelta {
  conversation_id: string;
  reply_id: string;
  part: number;
  text: string;
}

export interface ReplyFinished {
  conversation_id: string;
  reply_id: string;
  state: "sent" | "queued" | "running" | "complete" | "stopped" | "interrupted" | "failed";
  parts: number;
  length: number;
  message: MessageView;
}

export interface ReplyQueued {
  conversation_id: string;
  reply_id: string;
  position: number;
}

export interface ReplyStarted {
  conversation_id: string;
  reply_id: string;
  message_id: string;
}

export interface ReplyTicket {
  id: string;
  state: "sent" | "queued" | "running" | "complete" | "stopped" | "interrupted" | "failed";
  position?: number | null;
}

export interface ReplyView {
  question_id: string;
  attempt: number;
  parts: number;
  provider: string | null;
  model: string | null;
  prompt_version: string | null;
  usage: UsageView;
  first_token_ms: number | null;
  finish_reason: string | null;
  error: string | null;
  rating: "up" | "down" | null;
  continues?: string | null;
}

export interface RetryReply {
  conversation_id: string;
  reply_id: string;
}

export interface RoomChanged {
  class_id: string;
  room: RoomView;
}

export interface RoomView {
  conversation_id: string;
  student_id: string;
  student_name: string;
  title: string;
  subject: "math" | "physics" | "chemistry" | "biology" | "chinese" | "english" | "history" | "geography" | "politics" | "other";
  open: boolean;
  answering: boolean;
  updated_at: string;
}

export interface Rooms {
  rooms: RoomView[];
}

export interface RunningReply {
  id: string;
  part: number;
}

export interface SearchConversations {
  q: string;
}

export interface SendMessage {
  conversation_id: string;
  client_id: string;
  text: string;
}

export interface ServiceChanged {
  mongodb: boolean;
  redis: boolean;
  ai: boolean;
}

export interface SignIn {
  username: string;
  password: string;
}

export interface SignedIn {
  user: UserView;
  access_token: string;
  refresh_token: string | null;
  expires_in: number;
  token_type?: "Bearer";
}

export interface StopReply {
  conversation_id: string;
  reply_id: string;
}

export interface UnfinishedReply {
  id: string;
  part: number;
}

export interface UnwatchClass {
  class_id: string;
}

export interface UpdateConversation {
  title?: string | null;
  archived?: boolean | null;
}

export interface UpdateMe {
  display_name?: string | null;
  email?: string | null;
  grade?: number | null;
  language?: "zh" | "en" | null;
}

export interface UsageView {
  prompt_tokens: number;
  completion_tokens: number;
}

export interface UserView {
  id: string;
  username: string;
  email: string;
  display_name: string;
  role: "student" | "teacher";
  grade: number | null;
  language: "zh" | "en";
  created_at: string;
}

export interface WatchClass {
  class_id: string;
}

export interface Commands {
  "class.unwatch": { payload: UnwatchClass; data: Nothing };
  "class.watch": { payload: WatchClass; data: Rooms };
  "conversation.close": { payload: CloseConversation; data: Nothing };
  "conversation.create": { payload: CreateConversation; data: OneConversation };
  "conversation.open": { payload: OpenConversation; data: Opened };
  "message.send": { payload: SendMessage; data: MessageSent };
  "reply.continue": { payload: ContinueReply; data: OneReply };
  "reply.rate": { payload: RateReply; data: OneMessage };
  "reply.retry": { payload: RetryReply; data: OneReply };
  "reply.stop": { payload: StopReply; data: OneReply };
  "session.renew": { payload: RenewSession; data: Renewed };
}

export interface Events {
  "bye": Bye;
  "conversation.changed": ConversationChanged;
  "conversation.top": ConversationTop;
  "message.added": MessageAdded;
  "message.changed": MessageChanged;
  "presence.changed": PresenceChanged;
  "reply.delta": ReplyDelta;
  "reply.finished": ReplyFinished;
  "reply.queued": ReplyQueued;
  "reply.started": ReplyStarted;
  "room.changed": RoomChanged;
  "service.changed": ServiceChanged;
}
