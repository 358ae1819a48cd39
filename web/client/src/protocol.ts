/** Generated from the message classes of the Python package: `tutor catalogue` writes it. Do not edit. */

export interface AboutPart {
  kind: string;
  id: string;
}

export interface AboutView {
  kind: string;
  id: string;
  title: string;
}

export interface AcceptProposals {
  client_id: string;
  question_id: string;
}

export interface AccessLost {
  conversation_id?: string | null;
  class_id?: string | null;
  assignment_id?: string | null;
  submission_id?: string | null;
}

export interface AddTeacher {
  username: string;
}

export interface AddWard {
  code: string;
}

export interface AddWhisper {
  conversation_id: string;
  client_id: string;
  text: string;
  lasts?: "reply" | "lesson";
}

export interface AnswerGroup {
  key: string;
  alike: string;
  submission_ids: string[];
  students: string[];
  points: (number | null)[];
  settled: number;
}

export interface AnswerGroups {
  questions: QuestionGroups[];
}

export interface AnswerPart {
  question_id: string;
  text: string;
}

export interface AppealAdded {
  submission_id: string;
  question_id: string;
  message: AppealMessageView;
}

export interface AppealMessageView {
  seq: number;
  author_id: string;
  author_name: string;
  role: "student" | "teacher" | "guardian" | "admin" | "operator";
  text: string;
  sent_at: string;
}

export interface AppealView {
  submission_id: string;
  question_id: string;
  state: "none" | "open" | "settled";
  messages: AppealMessageView[];
}

export interface AppealWasSettled {
  submission_id: string;
  question_id: string;
}

export interface AskSuggestion {
  conversation_id: string;
}

export interface AskedQuestion {
  id: string;
  number: number;
  text: string;
  kind: "any" | "choice" | "judge" | "range" | "point" | "list" | "solutions" | "equation" | "text";
  points: number;
}

export interface AssignmentGivenNews {
  assignment_id: string;
  title: string;
}

export interface AssignmentList {
  items: AssignmentRow[];
  next: string | null;
}

export interface AssignmentRow {
  id: string;
  title: string;
  subject: string;
  class_names: string[];
  state: "draft" | "scheduled" | "published" | "closed";
  due_at: string | null;
  opens_at: string | null;
  points: number;
  students: number;
  handed_in: number;
  to_review: number;
  released: number;
}

export interface AssignmentView {
  id: string;
  teacher_id: string;
  title: string;
  text: string;
  subject: string;
  grade: number;
  class_ids: string[];
  class_names: string[];
  student_ids: string[];
  files: FileView[];
  questions: QuestionPart[];
  points: number;
  due_at: string | null;
  opens_at: string | null;
  late: LatePart;
  hint_cap: number | null;
  resubmit: "until_due" | "until_released" | "never";
  release: "teacher" | "at_once";
  solutions: "never" | "after_release" | "after_due";
  is_template: boolean;
  state: "draft" | "scheduled" | "published" | "closed";
  rubric_version: number;
  revision: number;
  created_at: string;
  published_at: string | null;
}

export interface AuthorView {
  kind: "student" | "teacher" | "tutor" | "system";
  id?: string | null;
  name?: string | null;
}

export interface AwardView {
  criterion_id: string;
  criterion: string;
  max_points: number;
  levels: number[];
  proposed: number | null;
  points: number | null;
  ruled: boolean;
  evidence: EvidenceView | null;
}

export interface BroadcastAdded {
  broadcast: BroadcastView;
}

export interface BroadcastChanged {
  class_id: string;
  id: string;
  read: number;
}

export interface BroadcastSeen {
  id: string;
}

export interface BroadcastView {
  id: string;
  class_id: string;
  class_name: string;
  teacher_id: string;
  teacher_name: string;
  text: string;
  sent_at: string;
  read?: boolean | null;
  reached?: Reach | null;
}

export interface Broadcasts {
  items: BroadcastView[];
  next: string | null;
}

export interface Bye {
  code: string;
  after_ms: number;
}

export interface ChangePassword {
  current_password: string;
  new_password: string;
}

export interface ClaimHand {
  conversation_id: string;
}

export interface ClassBoard {
  tiles: TileView[];
  hands: HandView[];
}

export interface ClassRoster {
  class: ClassView;
  teachers: TeacherView[];
  students: MemberView[];
}

export interface ClassView {
  id: string;
  name: string;
  subject: string | null;
  grade: number | null;
  code: string | null;
  code_expires_at: string | null;
  teachers: string[];
  students: number;
  archived: boolean;
  school_id: string | null;
  policy: PolicyView;
  created_at: string;
}

export interface Classes {
  items: ClassView[];
  next?: string | null;
}

export interface CloseAppeal {
  submission_id: string;
  question_id: string;
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
  checking: string[];
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
  floor: FloorView;
  level: number;
  created_at: string;
  updated_at: string;
  about?: AboutView | null;
}

export interface Conversations {
  items: ConversationView[];
  next: string | null;
}

export interface CopyAssignment {
  client_id: string;
  is_template?: boolean;
}

export interface Cost {
  submissions: number;
  questions: number;
  calculated: number;
  calls: number;
  pictures: number;
  tokens: number;
  price: number | null;
  currency: string;
}

export interface CreateAssignment {
  client_id: string;
  title: string;
  text?: string;
  subject: string;
  grade: number;
  class_ids?: string[];
  student_ids?: string[];
  file_ids?: string[];
  questions?: QuestionPart[];
  due_at?: string | null;
  opens_at?: string | null;
  late?: LatePart;
  hint_cap?: number | null;
  resubmit?: "until_due" | "until_released" | "never";
  release?: "teacher" | "at_once";
  solutions?: "never" | "after_release" | "after_due";
  is_template?: boolean;
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
  mode?: "guide" | "explain" | null;
  title?: string | null;
  about?: AboutPart | null;
}

export interface CreateSchool {
  name: string;
}

export interface CriterionAgreement {
  question_number: number;
  criterion: string;
  ruled: number;
  kept: number;
  off: number;
}

export interface CriterionPart {
  id: string;
  text: string;
  points: number;
  levels?: LevelPart[];
}

export interface CriterionPoints {
  criterion_id: string;
  points: number;
}

export interface Desk {
  whispers: WhisperView[];
  drafts: MessageView[];
}

export interface DraftReady {
  conversation_id: string;
  message: MessageView;
}

export interface DraftView {
  answers: AnswerPart[];
  text: string;
  files: FileView[];
  saved_at: string;
}

export interface DraftWaiting {
  class_id: string;
  conversation_id: string;
  reply_id: string;
  since: string;
}

export interface Earned {
  points: number | null;
  max_points: number;
}

export interface EndHand {
  conversation_id: string;
}

export interface EndWhisper {
  conversation_id: string;
  whisper_id: string;
}

export interface EvidenceView {
  quote: string;
  start: number | null;
  place: PlaceView | null;
}

export interface ExportReads {
  student_id?: string | null;
}

export interface FileView {
  id: string;
  kind: "photo" | "pdf";
  name: string;
  pages: PageView[];
  created_at: string;
}

export interface FlagTile {
  conversation_id: string;
  on: boolean;
}

export interface FloorChanged {
  conversation_id: string;
  floor: FloorView;
}

export interface FloorSet {
  conversation: ConversationView;
}

export interface FloorView {
  state: "tutor" | "teacher" | "approval";
  teacher_id: string | null;
  teacher_name: string | null;
  since: string | null;
  number: number;
}

export interface GetHand {
  conversation_id: string;
}

export interface GuardianView {
  id: string;
  display_name: string;
  since: string;
}

export interface Guardians {
  items: GuardianView[];
  next?: string | null;
}

export interface HandChanged {
  conversation_id: string;
  hand: HandView | null;
  place: number | null;
}

export interface HandIn {
  client_id: string;
  assignment_id?: string | null;
  answers?: AnswerPart[];
  text?: string;
  file_ids?: string[];
  subject?: string | null;
  grade?: number | null;
}

export interface HandView {
  conversation_id: string;
  student_id: string;
  student_name: string;
  line: string | null;
  raised_at: string;
  claimed_by: string | null;
  claimed_name: string | null;
  claimed_at: string | null;
}

export interface HandsChanged {
  class_id: string;
  hands: HandView[];
}

export interface HintGiven {
  level: number;
  reply: ReplyTicket;
}

export interface HistoryLine {
  at: string;
  teacher_name: string;
  question_number: number | null;
  criterion: string;
  kind: "accept" | "change" | "comment";
  before: number | null;
  points: number | null;
  comment: string;
  in_group: boolean;
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

export interface HoldReply {
  conversation_id: string;
  reply_id: string;
}

export interface HomeworkGraded {
  submission_id: string;
  assignment_id: string | null;
  grade_id: string;
  title: string;
  state: "graded" | "needs_teacher" | "failed";
}

export interface HomeworkProgressed {
  submission_id: string;
  assignment_id: string | null;
  done: number;
  of: number;
}

export interface HomeworkReleased {
  submission_id: string;
  assignment_id: string | null;
  title: string;
  points: number | null;
  max_points: number;
}

export interface HoursView {
  days: number[];
  from: string;
  to: string;
  zone: string;
}

export interface ImportRoster {
  csv: string;
}

export interface Invited {
  code: string;
  expires_at: string;
}

export interface JoinClass {
  code: string;
}

export interface LatePart {
  rule?: "refuse" | "accept" | "deduct";
  percent?: number;
  days?: number | null;
}

export interface LevelPart {
  points: number;
  text: string;
}

export interface ListAssignments {
  class_id?: string | null;
  templates?: boolean;
  cursor?: string | null;
  limit?: number;
}

export interface ListBroadcasts {
  class_id?: string | null;
  cursor?: string | null;
  limit?: number;
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

export interface ListPeople {
  role?: "student" | "teacher" | "admin" | null;
  cursor?: string | null;
  limit?: number;
}

export interface ListReads {
  student_id?: string | null;
  cursor?: string | null;
  limit?: number;
}

export interface ListSubmissions {
  assignment_id?: string | null;
  cursor?: string | null;
  limit?: number;
}

export interface LookAtFile {
  page?: number;
  size?: "full" | "thumbnail";
}

export interface LowerHand {
  conversation_id: string;
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
  state: "sent" | "queued" | "running" | "checking" | "complete" | "stopped" | "interrupted" | "failed" | "rejected";
  created_at: string;
  reply?: ReplyView | null;
  notice?: NoticeView | null;
}

export interface Messages {
  items: MessageView[];
  next: number | null;
}

export interface MoveStudent {
  class_id: string;
}

export interface NewAccount {
  username: string;
  display_name: string;
  password: string;
}

export interface NextHint {
  conversation_id: string;
  level?: number | null;
}

export type Nothing = Record<string, never>;

export interface NoticeView {
  kind: string;
  by: AuthorView | null;
  facts: Record<string, string | number>;
}

export interface OneAppeal {
  appeal: AppealView;
}

export interface OneAppealMessage {
  message: AppealMessageView;
}

export interface OneAssignment {
  assignment: AssignmentView;
}

export interface OneBroadcast {
  broadcast: BroadcastView;
}

export interface OneClass {
  class: ClassView;
}

export interface OneConversation {
  conversation: ConversationView;
}

export interface OneDraft {
  draft: DraftView | null;
}

export interface OneFile {
  file: FileView;
}

export interface OneHand {
  hand: HandView | null;
  place: number | null;
}

export interface OneMessage {
  message: MessageView;
}

export interface OneReply {
  reply: ReplyTicket;
}

export interface OneSchool {
  school: SchoolView;
}

export interface OneSubmission {
  submission: SubmissionView;
}

export interface OneTask {
  task: TaskView;
  draft: DraftView | null;
  submissions: SubmissionView[];
}

export interface OneWard {
  ward: WardView;
}

export interface OneWhisper {
  whisper: WhisperView;
}

export interface OpenAppeal {
  submission_id: string;
  question_id: string;
}

export interface OpenConversation {
  conversation_id: string;
  after_seq?: number | null;
  reply?: RunningReply | null;
  why?: string | null;
}

export interface Opened {
  conversation: ConversationView;
  messages: MessageView[];
  reply?: OpenedReply | null;
  present: PresentView[];
  desk?: Desk | null;
}

export interface OpenedReply {
  id: string;
  state: "sent" | "queued" | "running" | "checking" | "complete" | "stopped" | "interrupted" | "failed" | "rejected";
  held?: boolean;
  parts?: PartView[] | null;
  text?: string | null;
  next_part: number;
}

export interface PaceView {
  reply_id: string;
  marks: number[][];
}

export interface PageView {
  width: number;
  height: number;
}

export interface PartView {
  part: number;
  text: string;
}

export interface PersonView {
  id: string;
  username: string;
  display_name: string;
  role: "student" | "guardian" | "teacher" | "admin" | "operator";
  grade: number | null;
}

export interface PlaceView {
  file_id: string;
  page: number;
  left: number;
  top: number;
  width: number;
  height: number;
}

export interface PolicyHours {
  days: number[];
  from: string;
  to: string;
  zone: string;
}

export interface PolicyView {
  modes: ("guide" | "explain")[];
  hint_cap: number;
  exam: boolean;
  hours: HoursView | null;
  daily_replies: number | null;
}

export interface PresenceChanged {
  conversation_id: string;
  present: PresentView[];
}

export interface PresentView {
  id: string;
  name: string;
  role: "student" | "guardian" | "teacher" | "admin" | "operator";
}

export interface QuestionGroups {
  question_id: string;
  number: number;
  question: string;
  groups: AnswerGroup[];
}

export interface QuestionPart {
  id: string;
  text: string;
  kind?: "any" | "choice" | "judge" | "range" | "point" | "list" | "solutions" | "equation" | "text";
  points: number;
  key?: string;
  demand?: "" | "any" | "simplest" | "factored" | "expanded";
  tolerance?: string;
  unit?: "needed" | "free";
  criteria?: CriterionPart[];
  notes?: string;
  solution?: string;
  knowledge?: string[];
}

export interface QuestionResult {
  question_id: string;
  number: number;
  question: string;
  answer: string;
  place: PlaceView | null;
  points: number | null;
  max_points: number;
  awards: ResultAward[];
  checked_by: "calculation" | "teacher" | "model" | "nobody";
  reason: string;
  error: string;
  explanation: string;
  answer_tex: string;
  wrong_line: number | null;
  knowledge: string[];
  comment: string;
  solution: string;
  appeal?: "none" | "open" | "settled";
}

export interface QuestionReview {
  question_id: string;
  number: number;
  question: string;
  key: string;
  notes: string;
  answer: string;
  place: PlaceView | null;
  awards: AwardView[];
  points: number | null;
  max_points: number;
  by: "calculation" | "model" | "nobody";
  flags: ("undecided" | "unsure" | "disagreement" | "unproved" | "suspicious" | "picture" | "unreadable" | "invalid" | "no_service")[];
  settled: boolean;
  reason: string;
  error: string;
  explanation: string;
  expected_tex: string;
  answer_tex: string;
  wrong_line: number | null;
  knowledge: string[];
  confidence: number;
  comment: string;
  appeal?: "none" | "open" | "settled";
}

export interface QuestionStatistics {
  question_id: string;
  number: number;
  question: string;
  mean_share: number | null;
  full: number;
  part: number;
  none: number;
  undecided: number;
  commonest: string[];
}

export interface QueueRow {
  submission_id: string;
  student_id: string;
  student_name: string;
  submitted_at: string;
  late_s: number;
  version: number;
  state: "pending" | "grading" | "graded" | "needs_teacher" | "failed" | "withdrawn";
  points: number | null;
  max_points: number;
  doubt: number;
  flags: ("undecided" | "unsure" | "disagreement" | "unproved" | "suspicious" | "picture" | "unreadable" | "invalid" | "no_service")[];
  to_review: number;
  settled: boolean;
  released: boolean;
  appeal: boolean;
}

export interface RaiseHand {
  conversation_id: string;
  line?: string | null;
}

export interface RateReply {
  conversation_id: string;
  reply_id: string;
  rating: "up" | "down" | null;
}

export interface Reach {
  addressed: number;
  read: number;
}

export interface ReadBroadcast {
  broadcast_id: string;
}

export interface ReadReplay {
  after_seq?: number;
  limit?: number;
}

export interface ReadView {
  conversation_id: string;
  title: string | null;
  reader_id: string;
  reader_name: string;
  role: "student" | "guardian" | "teacher" | "admin" | "operator";
  why: string | null;
  at: string;
  until: string;
}

export interface Reads {
  items: ReadView[];
  next: string | null;
}

export interface Refresh {
  refresh_token?: string | null;
}

export interface RefusedRow {
  line: number;
  username: string;
  problem: string;
}

export interface Register {
  username: string;
  email: string;
  password: string;
  display_name: string;
  grade?: number | null;
  language?: "zh" | "en" | null;
  invitation?: string | null;
  guardian_code?: string | null;
}

export type Regrade = Record<string, never>;

export interface Regrading {
  started: number;
}

export interface RejectDraft {
  conversation_id: string;
  reply_id: string;
  why?: string | null;
}

export interface ReleaseReply {
  conversation_id: string;
  reply_id: string;
}

export interface Released {
  released: string[];
  held: string[];
}

export interface RenewSession {
  token: string;
}

export interface Renewed {
  expires_in: number;
}

export interface Replay {
  conversation: ConversationView;
  items: ReplayItem[];
  next: number | null;
}

export interface ReplayItem {
  kind: "message" | "notice" | "whisper" | "pace";
  at: string;
  message?: MessageView | null;
  whisper?: WhisperView | null;
  pace?: PaceView | null;
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
  state: "sent" | "queued" | "running" | "checking" | "complete" | "stopped" | "interrupted" | "failed" | "rejected";
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
  state: "sent" | "queued" | "running" | "checking" | "complete" | "stopped" | "interrupted" | "failed" | "rejected";
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
  hidden?: boolean;
  sent_by?: AuthorView | null;
  decided_at?: string | null;
  ready_at?: string | null;
  draft?: string | null;
  why?: string | null;
  level?: number;
  no_more?: "hint_cap" | "exam_running" | null;
}

export interface Result {
  submission_id: string;
  assignment_id: string | null;
  title: string;
  version: number;
  points: number | null;
  max_points: number;
  late_share: number;
  released_at: string;
  comment: string;
  files: FileView[];
  questions: QuestionResult[];
}

export interface ResultAward {
  criterion: string;
  points: number;
  max_points: number;
  evidence: EvidenceView | null;
}

export interface RetryReply {
  conversation_id: string;
  reply_id: string;
}

export interface Review {
  submission_id: string;
  assignment_id: string | null;
  assignment_title: string;
  student_id: string;
  student_name: string;
  version: number;
  submitted_at: string;
  late_s: number;
  late_share: number;
  state: "pending" | "grading" | "graded" | "needs_teacher" | "failed" | "withdrawn";
  released_at: string | null;
  answers: AnswerPart[];
  text: string;
  files: FileView[];
  questions: QuestionReview[];
  points: number | null;
  max_points: number;
  comment: string;
  history: HistoryLine[];
  previous: string | null;
  next: string | null;
}

export interface ReviewQueue {
  items: QueueRow[];
  missing: string[];
}

export interface RosterTaken {
  students: number;
  created: NewAccount[];
  refused: RefusedRow[];
}

export interface RotateCode {
  days?: number | null;
}

export interface Rule {
  client_id: string;
  kind: "accept" | "change" | "comment";
  question_id?: string | null;
  criterion_id?: string | null;
  points?: number | null;
  comment?: string;
}

export interface RuleGroup {
  client_id: string;
  question_id: string;
  submission_ids: string[];
  points: CriterionPoints[];
  comment?: string;
}

export interface Ruled {
  ruled: number;
}

export interface RunningReply {
  id: string;
  part: number;
}

export interface SaveDraft {
  answers?: AnswerPart[];
  text?: string;
  file_ids?: string[];
}

export interface SchoolPeople {
  items: PersonView[];
  next: string | null;
}

export interface SchoolView {
  id: string;
  name: string;
  created_at: string;
}

export interface Schools {
  items: SchoolView[];
  next?: string | null;
}

export interface SearchConversations {
  q: string;
}

export interface SendAppeal {
  submission_id: string;
  question_id: string;
  client_id: string;
  text: string;
}

export interface SendBroadcast {
  class_id: string;
  client_id: string;
  text: string;
  student_ids?: string[] | null;
}

export interface SendDraft {
  conversation_id: string;
  reply_id: string;
  text?: string | null;
}

export interface SendFile {
  client_id?: string | null;
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

export interface SetFloor {
  conversation_id: string;
  state: "tutor" | "teacher" | "approval";
  running?: "stop" | "finish";
  number?: number | null;
}

export interface SetTyping {
  conversation_id: string;
  on: boolean;
}

export interface SettleAppeal {
  submission_id: string;
  question_id: string;
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

export interface Similar {
  pairs: SimilarPair[];
}

export interface SimilarPair {
  question_number: number;
  first_submission_id: string;
  first_student: string;
  second_submission_id: string;
  second_student: string;
  share: number;
  passage: string;
}

export interface Statistics {
  students: number;
  handed_in: number;
  late: number;
  released: number;
  graded: number;
  mean: number | null;
  median: number | null;
  best: number | null;
  worst: number | null;
  max_points: number;
  bins: number[];
  questions: QuestionStatistics[];
  agreement: CriterionAgreement[];
}

export interface StopReply {
  conversation_id: string;
  reply_id: string;
}

export interface SubmissionChanged {
  assignment_id: string;
  submission_id: string;
  student_id: string;
  state: "pending" | "grading" | "graded" | "needs_teacher" | "failed" | "withdrawn";
  released: boolean;
}

export interface SubmissionView {
  id: string;
  assignment_id: string | null;
  title: string;
  subject: string;
  grade: number;
  version: number;
  answers: AnswerPart[];
  text: string;
  files: FileView[];
  submitted_at: string;
  late_s: number;
  state: "pending" | "grading" | "graded" | "needs_teacher" | "failed" | "withdrawn";
  released: boolean;
  done: number;
  of: number;
  earned: Earned | null;
}

export interface Submissions {
  items: SubmissionView[];
  next: string | null;
}

export interface SuggestionDelta {
  conversation_id: string;
  suggestion_id: string;
  part: number;
  text: string;
}

export interface SuggestionFinished {
  conversation_id: string;
  suggestion_id: string;
  state: "complete" | "interrupted" | "failed";
  text: string;
  error: string | null;
}

export interface SuggestionTicket {
  suggestion_id: string;
}

export interface TaskView {
  id: string;
  title: string;
  text: string;
  subject: string;
  grade: number;
  teacher_name: string;
  questions: AskedQuestion[];
  files: FileView[];
  points: number;
  due_at: string | null;
  closed: boolean;
  resubmit: "until_due" | "until_released" | "never";
  state: "todo" | "pending" | "grading" | "graded" | "needs_teacher" | "failed" | "withdrawn" | "released";
  submission_id: string | null;
  may_hand_in: boolean;
  may_withdraw: boolean;
  late_share: number;
  earned: Earned | null;
}

export interface Tasks {
  items: TaskView[];
}

export interface TeacherView {
  id: string;
  display_name: string;
}

export interface TileView {
  student_id: string;
  name: string;
  conversation_id: string | null;
  title: string;
  state: "offline" | "idle" | "writing" | "answering" | "waiting" | "stuck" | "flagged";
  since: string | null;
  preview: string;
  said_by: "student" | "teacher" | "tutor" | "system" | null;
  hand: string | null;
  floor: "tutor" | "teacher" | "approval";
  need: number;
}

export interface TilesChanged {
  class_id: string;
  tiles: TileView[];
  gone: string[];
}

export interface TypingChanged {
  conversation_id: string;
  people: TypingView[];
}

export interface TypingView {
  id: string;
  name: string;
  role: "student" | "guardian" | "teacher" | "admin" | "operator";
}

export interface UnfinishedReply {
  id: string;
  part: number;
}

export interface UnwatchAssignment {
  assignment_id: string;
}

export interface UnwatchClass {
  class_id: string;
}

export interface UpdateAssignment {
  revision: number;
  title?: string | null;
  text?: string | null;
  subject?: string | null;
  grade?: number | null;
  class_ids?: string[] | null;
  student_ids?: string[] | null;
  file_ids?: string[] | null;
  questions?: QuestionPart[] | null;
  due_at?: string | null;
  opens_at?: string | null;
  late?: LatePart | null;
  hint_cap?: number | null;
  resubmit?: "until_due" | "until_released" | "never" | null;
  release?: "teacher" | "at_once" | null;
  solutions?: "never" | "after_release" | "after_due" | null;
}

export interface UpdateClass {
  name?: string | null;
  subject?: string | null;
  grade?: number | null;
  archived?: boolean | null;
  policy?: UpdatePolicy | null;
}

export interface UpdateConversation {
  title?: string | null;
  mode?: "guide" | "explain" | null;
  archived?: boolean | null;
}

export interface UpdateMe {
  display_name?: string | null;
  email?: string | null;
  grade?: number | null;
  language?: "zh" | "en" | null;
}

export interface UpdatePolicy {
  modes?: ("guide" | "explain")[];
  hint_cap?: number;
  exam?: boolean;
  hours?: PolicyHours | null;
  daily_replies?: number | null;
}

export interface UsageView {
  prompt_tokens: number;
  completion_tokens: number;
}

export interface UserView {
  id: string;
  username: string;
  email: string | null;
  display_name: string;
  role: "student" | "guardian" | "teacher" | "admin" | "operator";
  grade: number | null;
  language: "zh" | "en";
  school_id?: string | null;
  created_at: string;
}

export interface WardView {
  student_id: string;
  display_name: string;
  grade: number | null;
  since: string;
}

export interface Wards {
  items: WardView[];
  next?: string | null;
}

export interface WatchAssignment {
  assignment_id: string;
}

export interface WatchClass {
  class_id: string;
}

export interface WhisperAdded {
  conversation_id: string;
  whisper: WhisperView;
}

export interface WhisperEnded {
  conversation_id: string;
  whisper_id: string;
}

export interface WhisperView {
  id: string;
  client_id: string;
  teacher: AuthorView;
  text: string;
  lasts: "reply" | "lesson";
  created_at: string;
  ended_at: string | null;
}

export interface Commands {
  "appeal.close": { payload: CloseAppeal; data: Nothing };
  "appeal.open": { payload: OpenAppeal; data: OneAppeal };
  "appeal.send": { payload: SendAppeal; data: OneAppealMessage };
  "appeal.settle": { payload: SettleAppeal; data: OneAppeal };
  "broadcast.read": { payload: ReadBroadcast; data: Nothing };
  "broadcast.send": { payload: SendBroadcast; data: OneBroadcast };
  "class.unwatch": { payload: UnwatchClass; data: Nothing };
  "class.watch": { payload: WatchClass; data: ClassBoard };
  "conversation.close": { payload: CloseConversation; data: Nothing };
  "conversation.create": { payload: CreateConversation; data: OneConversation };
  "conversation.open": { payload: OpenConversation; data: Opened };
  "draft.reject": { payload: RejectDraft; data: OneMessage };
  "draft.send": { payload: SendDraft; data: OneMessage };
  "floor.set": { payload: SetFloor; data: FloorSet };
  "hand.claim": { payload: ClaimHand; data: OneHand };
  "hand.done": { payload: EndHand; data: OneHand };
  "hand.get": { payload: GetHand; data: OneHand };
  "hand.lower": { payload: LowerHand; data: OneHand };
  "hand.raise": { payload: RaiseHand; data: OneHand };
  "hint.next": { payload: NextHint; data: HintGiven };
  "homework.unwatch": { payload: UnwatchAssignment; data: Nothing };
  "homework.watch": { payload: WatchAssignment; data: Nothing };
  "message.send": { payload: SendMessage; data: MessageSent };
  "reply.continue": { payload: ContinueReply; data: OneReply };
  "reply.hold": { payload: HoldReply; data: OneReply };
  "reply.rate": { payload: RateReply; data: OneMessage };
  "reply.release": { payload: ReleaseReply; data: OneReply };
  "reply.retry": { payload: RetryReply; data: OneReply };
  "reply.stop": { payload: StopReply; data: OneReply };
  "session.renew": { payload: RenewSession; data: Renewed };
  "suggestion.ask": { payload: AskSuggestion; data: SuggestionTicket };
  "tile.flag": { payload: FlagTile; data: Nothing };
  "typing.set": { payload: SetTyping; data: Nothing };
  "whisper.add": { payload: AddWhisper; data: OneWhisper };
  "whisper.end": { payload: EndWhisper; data: OneWhisper };
}

export interface Events {
  "access.lost": AccessLost;
  "appeal.added": AppealAdded;
  "appeal.settled": AppealWasSettled;
  "assignment.changed": AssignmentGivenNews;
  "broadcast.added": BroadcastAdded;
  "broadcast.changed": BroadcastChanged;
  "broadcast.seen": BroadcastSeen;
  "bye": Bye;
  "conversation.changed": ConversationChanged;
  "conversation.top": ConversationTop;
  "draft.ready": DraftReady;
  "draft.waiting": DraftWaiting;
  "floor.changed": FloorChanged;
  "hand.changed": HandChanged;
  "hands.changed": HandsChanged;
  "homework.graded": HomeworkGraded;
  "homework.progressed": HomeworkProgressed;
  "homework.released": HomeworkReleased;
  "message.added": MessageAdded;
  "message.changed": MessageChanged;
  "presence.changed": PresenceChanged;
  "reply.delta": ReplyDelta;
  "reply.finished": ReplyFinished;
  "reply.queued": ReplyQueued;
  "reply.started": ReplyStarted;
  "service.changed": ServiceChanged;
  "submission.changed": SubmissionChanged;
  "suggestion.delta": SuggestionDelta;
  "suggestion.finished": SuggestionFinished;
  "tiles.changed": TilesChanged;
  "typing.changed": TypingChanged;
  "whisper.added": WhisperAdded;
  "whisper.ended": WhisperEnded;
}
